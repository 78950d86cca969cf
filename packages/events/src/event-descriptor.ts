import type { RecordCodes } from "./avro/record-code.ts";

/** One thing wrong with a value, at a path such as `items[2].price`; the empty path is the value itself. */
export interface Issue {
  readonly path: string;
  readonly message: string;
}

/**
 * What a generated package exports for one version of one event: its names, its schema, and its codec.
 * Both runtimes work on descriptors alone and never see the generated code behind them.
 */
export interface EventDescriptor<
  Type extends string = string,
  Version extends number = number,
  Data = unknown,
  Earlier extends EarlierGenerations = EarlierGenerations,
> {
  /** `domain.entity.action`, for example `orders.order.placed`. */
  readonly type: Type;
  /** The version of the schema, counted from 1 over all generations of the event. */
  readonly version: Version;
  /** The Kafka topic. Default of the generator: `<domain>.<entity>`. */
  readonly topic: string;
  /** The full name of the Avro record; a new generation has a new one. The registry's subject is `<topic>-<recordName>`. */
  readonly recordName: string;
  /** The schema as JSON text, exactly as it is registered. */
  readonly schema: string;
  /** The first 8 bytes of SHA-256 over `schema`, big-endian, as PostgreSQL's signed bigint: identifies the text. */
  readonly schemaId: bigint;
  /**
   * The last version of each generation before this one, by version number. A consumer of this version gives an
   * upcaster from each of them to the generation that follows it.
   */
  readonly earlier: Earlier;
  /** Generated code for each record of the schema, with which `createDecoder` resolves what other versions wrote. */
  readonly records?: RecordCodes;
  /** The partition key of an event, or null when the schema marks no key field. */
  key(data: Data): string | null;
  /** Avro bytes without framing. @throws EncodeError naming the path of every wrong field. */
  encode(data: Data): Uint8Array<ArrayBuffer>;
  /** Reads bytes that were written with this very schema. @throws DecodeError */
  decode(bytes: Uint8Array): Data;
  /** Everything that is wrong with a value; empty when `encode` would take it. */
  explain(value: unknown): readonly Issue[];
}

/** Descriptors of earlier generations by version number. */
export type EarlierGenerations = { readonly [version: number]: EventDescriptor };

/** The data type of a descriptor: `DataOf<typeof orderPlaced>`. */
export type DataOf<Descriptor> =
  Descriptor extends EventDescriptor<string, number, infer Data, EarlierGenerations> ? Data : never;
