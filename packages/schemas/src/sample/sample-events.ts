import type { FixedSchema, LogicalType, PrimitiveSchema, RecordSchema, Schema } from "@waybill/avro";
import { SchemasError } from "../errors.ts";
import { type LeastValueOf, measureLeastValues } from "./least-values.ts";
import { plausibleDecimal, plausibleFloat, plausibleInteger } from "./plausible-number.ts";
import { plausibleText, wordsOf } from "./plausible-text.ts";
import { createRandom, type Random } from "./random.ts";
import { recordTagsOf } from "./record-tags.ts";

/** What samples are made from. */
export interface SampleSource {
  /** The schema's text. */
  readonly text: string;
  readonly record: RecordSchema;
}

/** Records that may nest before the shortest way out is taken. */
const maxDepth = 4;

/** An event grows to this many values before every further one is the least of its type. */
const maxValues = 10_000;

/** Instants are of the year that begins here: samples do not depend on the day that they are made on. */
const epochMs = Date.UTC(2026, 0, 1);
const yearMs = 365 * 86_400_000;

/** Whether the record has a value of a size that can be made. */
export function hasSamples(record: RecordSchema): boolean {
  return measureLeastValues(record)(record).height < Infinity;
}

/**
 * An endless row of events as the descriptor of the schema takes them; the same for the same seed. Values are made up
 * by the names of fields and their logical types.
 *
 * @throws SchemasError `schema-invalid` when no value of the schema can end, or only one beyond all measure
 */
export function* sampleEvents({ text, record }: SampleSource, seed: number): Generator<unknown, never> {
  const leastOf = measureLeastValues(record);
  if (leastOf(record).height === Infinity) {
    throw new SchemasError(
      "schema-invalid",
      `${record.fullName} has no value, or only huge ones: it holds a record that must hold itself without end, or records within records beyond all measure. Make such a field a union with null.`,
    );
  }
  const random = createRandom(seed);
  const tags = recordTagsOf(text);
  for (;;)
    yield new Sample({ random, tags, leastOf, atMs: epochMs + random.integer(0, yearMs) }).valueOf(record, "", 0);
}

interface SampleContext {
  readonly random: Random;
  readonly tags: ReadonlyMap<string, string>;
  readonly leastOf: LeastValueOf;
  /** When the event happened. */
  readonly atMs: number;
}

/** One event in the making. */
class Sample {
  readonly #random: Random;
  readonly #tags: ReadonlyMap<string, string>;
  readonly #leastOf: LeastValueOf;
  readonly #atMs: number;
  #values = 0;

  constructor({ random, tags, leastOf, atMs }: SampleContext) {
    this.#random = random;
    this.#tags = tags;
    this.#leastOf = leastOf;
    this.#atMs = atMs;
  }

  /** @param words the name of the nearest field, split @param depth records and lists of lists around the value */
  valueOf(schema: Schema, words: string, depth: number): unknown {
    this.#values += 1;
    switch (schema.type) {
      case "record":
        return this.#record(schema, depth);
      case "union":
        return this.valueOf(this.#branch(schema.branches, depth), words, depth);
      case "array":
        return Array.from({ length: this.#length(schema.items, depth) }, () =>
          this.valueOf(schema.items, words, depthWithin(schema.items, depth)),
        );
      case "map":
        return Object.fromEntries(
          Array.from({ length: this.#length(schema.values, depth) }, (_, index) => [
            `key${index + 1}`,
            this.valueOf(schema.values, words, depthWithin(schema.values, depth)),
          ]),
        );
      case "enum":
        return schema.symbols[this.#random.integer(0, schema.symbols.length - 1)];
      default:
        return this.#scalar(schema, words);
    }
  }

  #record(schema: RecordSchema, depth: number): unknown {
    const tag = this.#tags.get(schema.fullName);
    const members = schema.fields.map(
      (field) => [field.name, this.valueOf(field.type, fieldWords(schema, field.name), depth + 1)] as const,
    );
    return Object.fromEntries(tag === undefined ? members : [["$type", tag] as const, ...members]);
  }

  /** Rather a value than null; too deep down, the branch that ends soonest. */
  #branch(branches: readonly Schema[], depth: number): Schema {
    const lowest = branches.toSorted((a, b) => this.#leastOf(a).height - this.#leastOf(b).height)[0];
    const values = branches.filter((branch) => branch.type !== "null" && this.#leastOf(branch).size <= maxValues);
    const isNull = branches.some(({ type }) => type === "null") && this.#random.fraction() < 0.25;
    const chosen = isNull ? undefined : values[this.#random.integer(0, values.length - 1)];
    const found = this.#isDeep(depth) ? lowest : (chosen ?? branches.find(({ type }) => type === "null") ?? lowest);
    if (found !== undefined) return found;
    throw new SchemasError("schema-invalid", "An empty union has no value. Give it branches.");
  }

  /** None of what has no end; fewer the deeper, as the lengths of nested lists multiply. */
  #length(items: Schema, depth: number): number {
    const isEmpty = this.#isDeep(depth) || this.#leastOf(items).size > maxValues;
    return isEmpty ? 0 : this.#random.integer(1, Math.max(1, 4 - depth));
  }

  #isDeep(depth: number): boolean {
    return depth > maxDepth || this.#values > maxValues;
  }

  #scalar(schema: Exclude<Schema, { type: "record" | "union" | "array" | "map" | "enum" }>, words: string): unknown {
    const { logicalType } = schema;
    const random = this.#random;
    switch (schema.type) {
      case "null":
        return null;
      case "boolean":
        return random.fraction() < 0.5;
      case "int":
        return this.#int(logicalType, words);
      case "long":
        return this.#long(logicalType, words);
      case "float":
      case "double":
        return plausibleFloat(random, words);
      case "string":
        return logicalType?.name === "uuid" ? this.#uuid() : plausibleText(random, words);
      case "bytes":
      case "fixed":
        return this.#bytes(schema, words);
    }
  }

  #int(logicalType: LogicalType | null, words: string): number {
    if (logicalType?.name === "date") return Math.floor(this.#instant(words) / 86_400_000);
    if (logicalType?.name === "time-millis") return this.#random.integer(0, 86_399_999);
    return plausibleInteger(this.#random, words);
  }

  #long(logicalType: LogicalType | null, words: string): bigint | Date {
    switch (logicalType?.name) {
      case "timestamp-millis":
      case "timestamp-micros":
      case "local-timestamp-millis":
      case "local-timestamp-micros":
        return new Date(this.#instant(words));
      case "timestamp-nanos":
      case "local-timestamp-nanos":
        return BigInt(this.#instant(words)) * 1_000_000n;
      case "time-micros":
        return BigInt(this.#random.integer(0, 86_399_999)) * 1000n;
      default:
        return BigInt(plausibleInteger(this.#random, words));
    }
  }

  /** In milliseconds: what lies ahead by its name is days later, anything else within the hour before. */
  #instant(words: string): number {
    const isAhead = /\b(expires|expiry|due|until|deadline|estimated|expected|scheduled|eta)\b/.test(words);
    return isAhead
      ? this.#atMs + this.#random.integer(1, 14) * 86_400_000
      : this.#atMs - this.#random.integer(0, 3_600_000);
  }

  #bytes(schema: FixedSchema | PrimitiveSchema, words: string): unknown {
    const { logicalType } = schema;
    if (logicalType?.name === "decimal") {
      return plausibleDecimal(this.#random, words, logicalType.precision, logicalType.scale);
    }
    if (logicalType?.name === "uuid") return this.#uuid();
    if (logicalType?.name === "duration") return durationBytes(this.#random);
    // Its own form within the bytes: a length, the digits, and the scale 2, the numbers as Avro writes an int.
    if (logicalType?.name === "big-decimal") return Uint8Array.of(4, ...this.#random.bytes(2), 4);
    return this.#random.bytes(schema.type === "fixed" ? schema.size : this.#random.integer(4, 16));
  }

  /** Version 4, of RFC 9562. */
  #uuid(): string {
    const bytes = this.#random.bytes(16);
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
    const hex = Buffer.from(bytes).toString("hex");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }
}

/** Lists of lists count: a record is counted where it begins, and of anything else there is one for each item. */
function depthWithin(items: Schema, depth: number): number {
  return items.type === "array" || items.type === "map" || items.type === "union" ? depth + 1 : depth;
}

/** A bare `name` is one of what its record is about: the user's of `UserRegistered`, not the product's. */
function fieldWords(record: RecordSchema, name: string): string {
  const words = wordsOf(name);
  return words === "name" ? `${wordsOf(record.name).split(" ")[0]} name` : words;
}

/** Months, days and milliseconds, little-endian. */
function durationBytes(random: Random): Uint8Array {
  const bytes = new Uint8Array(12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, random.integer(0, 11), true);
  view.setUint32(4, random.integer(0, 30), true);
  view.setUint32(8, random.integer(0, 86_399_999), true);
  return bytes;
}
