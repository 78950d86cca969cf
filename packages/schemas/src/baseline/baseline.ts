import type { SchemaLock } from "../lock-file.ts";
import type { EventHistory, SchemaTree } from "../schema-tree.ts";

/** Released versions as they stand elsewhere, which a tree must keep and be compatible with. */
export interface Baseline {
  /** How messages name it: `git:main`, `merge-base:main`, a folder, or a registry's address. */
  readonly label: string;
  /** The events that have released versions there, with those versions only. */
  readonly events: readonly EventHistory[];
  /** `schema` where texts are rewritten on the way, as registries do: then only what a schema says must be equal. */
  readonly identity: "text" | "schema";
}

/** A value of `--against`. */
export type BaselineSource =
  | { readonly kind: "lock" }
  | { readonly kind: "git"; readonly ref: string; readonly isMergeBase: boolean }
  | { readonly kind: "registry"; readonly url: string | null }
  | { readonly kind: "folder"; readonly path: string };

/** Reads a value of `--against`; null when it names nothing. A URL may hold credentials: it is not for messages. */
export function parseBaselineSource(text: string): BaselineSource | null {
  if (text === "lock") return { kind: "lock" };
  if (text === "registry") return { kind: "registry", url: null };
  if (/^https?:/i.test(text)) return { kind: "registry", url: text };
  const [, kind, ref = ""] = /^(git|merge-base):(.*)$/s.exec(text) ?? [];
  if (kind === undefined) return text === "" ? null : { kind: "folder", path: text };
  // No ref begins with a hyphen, and git would take one that did for an option.
  return /^[^-\s]\S*$/.test(ref) ? { kind: "git", ref, isMergeBase: kind === "merge-base" } : null;
}

/** The released events of a tree: by its lock, or all of it when it has none. */
export function releasedIn(tree: SchemaTree, lock: SchemaLock | null): readonly EventHistory[] {
  return tree.events
    .map((event) => ({
      ...event,
      versions: event.versions.filter(
        ({ version }) => lock === null || lock.get(event.name.type)?.has(version) === true,
      ),
    }))
    .filter(({ versions }) => versions.length > 0);
}
