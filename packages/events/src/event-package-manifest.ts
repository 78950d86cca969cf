/**
 * What `manifest.json` of a generated package says: the events of a domain, for tools, documentation and checks at
 * start, without loading code. `import manifest from "@shop-events/orders/manifest.json" with { type: "json" }`.
 */
export interface EventPackageManifest {
  /** Form of the file: 1. A change that readers would feel counts up; new properties may come without. */
  readonly manifestVersion: number;
  /** The package's name, such as `@shop-events/orders`. */
  readonly package: string;
  /** The first part of its events' types. */
  readonly domain: string;
  readonly generator: {
    readonly name: string;
    /** A version of `@waybill/schemas`; `workspace` where it is generated within that package's own workspace. */
    readonly version: string;
  };
  /** In the order of their types. */
  readonly events: readonly ManifestEvent[];
}

/** One event in a manifest. */
export interface ManifestEvent {
  /** `domain.entity.action`. */
  readonly type: string;
  /** The Kafka topic. */
  readonly topic: string;
  /** The package's subpath with the event's descriptors and types, such as `./order.placed`. */
  readonly module: string;
  /** The subpath with the factories for tests; null when there are none. */
  readonly testing: string | null;
  /** The name of the newest descriptor, which `module` exports. */
  readonly descriptor: string;
  /** In ascending order. */
  readonly versions: readonly ManifestVersion[];
}

/** One version of an event in a manifest. */
export interface ManifestVersion {
  readonly version: number;
  /** Counted from 1. Versions of one generation share record name and subject. */
  readonly generation: number;
  /** Full name of the Avro record. */
  readonly recordName: string;
  /** The registry's subject: `<topic>-<recordName>`. */
  readonly subject: string;
  /** The field with the partition key; null when there is none. */
  readonly key: string | null;
  /** The descriptor's `schemaId` in decimal digits, as JSON has no 64-bit integers. */
  readonly schemaId: string;
  /** SHA-256 of the schema's text as it is registered, in hexadecimal: that of `schemas.lock.json`. */
  readonly sha256: string;
  /** The name of the version's descriptor, which the event's `module` exports. */
  readonly descriptor: string;
}
