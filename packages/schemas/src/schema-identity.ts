import { normalForm, parseSchema } from "@waybill/avro";

/**
 * Whether two texts are the same schema with all that it says: docs, defaults, aliases and attributes included. The
 * order of keys, shortened type names and the place of namespaces are free, as registries rewrite those. The Parsing
 * Canonical Form would not do: a registry that matches by it loses defaults and logical types.
 */
export function isSameSchema(a: string, b: string): boolean {
  if (a === b) return true;
  const [first, second] = [normalFormOf(a), normalFormOf(b)];
  return first !== null && first === second;
}

/** Lenient, as a registry's text may be older than today's rules; null when it is no schema at all. */
function normalFormOf(text: string): string | null {
  const parsed = parseSchema(text, { lenient: true });
  return parsed.ok ? normalForm(parsed) : null;
}
