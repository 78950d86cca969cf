/** The parts of an event's name, `domain.entity.action`. */
export interface EventName {
  /** The whole, such as `orders.order.placed`. */
  readonly type: string;
  readonly domain: string;
  readonly entity: string;
  readonly action: string;
}

/** Lower-case words joined by underscores: each part is an Avro name, a topic's part and, hyphenated, an npm name's part. */
const part = "[a-z][a-z0-9]*(?:_[a-z0-9]+)*";
const domainFolder = new RegExp(`^${part}$`);
const eventFolder = new RegExp(`^(${part})\\.(${part})$`);

/** The folder of a tree that holds the contracts of consumers, and so is no domain. */
export const reservedDomain = "consumers";

/** The folder of a tree that holds the types which its events share, and so is no domain. */
export const typesFolder = "types";

/** Reads the folders `<domain>/<entity>.<action>`; null when they are no event's. */
export function eventNameOf(domain: string, folder: string): EventName | null {
  const [, entity, action] = eventFolder.exec(folder) ?? [];
  if (entity === undefined || action === undefined || !domainFolder.test(domain)) return null;
  if (domain === reservedDomain || domain === typesFolder) return null;
  return { type: `${domain}.${entity}.${action}`, domain, entity, action };
}

/** Reads `domain.entity.action`; null when it is not of that form. */
export function parseEventType(type: string): EventName | null {
  const [domain = "", ...rest] = type.split(".");
  return eventNameOf(domain, rest.join("."));
}

/** The namespace of an event's record, and its default topic. */
export function namespaceOf(name: EventName): string {
  return `${name.domain}.${name.entity}`;
}

/**
 * Full name of an event's record. A generation that begins with version N > 1 is told apart by `V<N>`, so that it has
 * a registry subject of its own.
 */
export function recordNameFor(name: EventName, generationStart: number): string {
  const suffix = generationStart === 1 ? "" : `V${generationStart}`;
  return `${namespaceOf(name)}.${pascalCase(name.entity)}${pascalCase(name.action)}${suffix}`;
}

/** `PostalAddress` for postal_address. */
export function pascalCase(words: string): string {
  return words
    .split("_")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}
