import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { isDeepStrictEqual } from "node:util";
import {
  createOracle,
  createRandom,
  createResolvingOracle,
  type GeneratedFolder,
  generateModules,
  isSameAsReference,
  type Random,
  randomPair,
  type ValuePair,
} from "@waybill/codec-conformance";
import { createDecoder, DecodeError, describeEvent, type EventDescriptor } from "@waybill/events";
import { readRecordSchema, type RecordType } from "@waybill/events/codegen/model";
import { Random as SchemaRandom, SchemaGenerator, type SchemaJson } from "../../../packages/avro/test/random-schema.ts";
import { evolvedSchemas } from "./evolved-schemas.ts";

const SEED = 11;
const RANDOM_PAIRS = 400;
const VALUES = 20;
const EVOLVED_VALUES = 300;

/** Two schemas of one event, each of which is read as the other. */
interface SchemaPair {
  readonly name: string;
  readonly texts: readonly [string, string];
  /** Why avsc is no reference for it. */
  readonly apart?: string;
}

const pairs: readonly SchemaPair[] = [
  ...evolvedSchemas.map(({ writer, reader, ...rest }) => ({ ...rest, texts: [writer, reader] as const })),
  ...randomPairs(),
];
let folder: GeneratedFolder;

beforeAll(async () => {
  folder = await generateModules(pairs.map(({ texts }, i) => ({ name: `pair.p${i}`, versions: texts })));
});
afterAll(() => folder.remove());

/** Schemas of few names with some differences between them: mostly such as resolve in part, or not at all. */
function randomPairs(): SchemaPair[] {
  const generator = new SchemaGenerator(new SchemaRandom(SEED));
  const found: SchemaPair[] = [];
  for (let number = 0; found.length < RANDOM_PAIRS; number++) {
    const one = generator.schema();
    const texts = [eventText([["value", one]]), eventText([["value", generator.mutated(one)]])] as const;
    if (texts.every(isValid)) found.push({ name: `random ${number}`, texts });
  }
  return found;
}

function eventText(fields: readonly (readonly [string, SchemaJson])[]): string {
  const id = { name: "id", type: "string" };
  return JSON.stringify({
    type: "record",
    name: "Event",
    namespace: "samples.pair",
    fields: [id, ...fields.map(([name, type]) => ({ name, type }))],
  });
}

/** avsc checks schemas; a random one may be invalid, and one without values can be no event. */
function isValid(text: string): boolean {
  try {
    createOracle(text);
    randomPair(readRecordSchema(text), createRandom(1));
    return true;
  } catch {
    return false;
  }
}

async function generatedDescriptor(pair: number, version: number): Promise<EventDescriptor> {
  const module = (await import(folder.modulePath(`pair.p${pair}`))) as Record<string, EventDescriptor>;
  return module[`pairP${pair}V${version}`]!;
}

/** What came of it: a value, or the message of the error. */
type Outcome<Value> = { readonly value: Value } | { readonly failure: string };

function outcomeOf<Value>(act: () => Value): Outcome<Value> {
  try {
    return { value: act() };
  } catch (error) {
    if (DecodeError.is(error)) return { failure: error.message };
    throw error;
  }
}

type Decode = (bytes: Uint8Array) => unknown;

/** How one direction of a pair went, in numbers. */
interface Tally {
  readonly decoded: number;
  readonly compared: number;
  readonly resolves: boolean;
}

/** Generated code and interpreter agree in all, and with avsc where both resolve. */
async function compare(number: number, from: 0 | 1, values: number): Promise<Tally> {
  const { texts } = pairs[number]!;
  const [writerText, readerText] = [texts[from], texts[1 - from]!];
  const generated = await generatedDescriptor(number, 2 - from);
  const interpreted = describeEvent({ type: "samples.pair.read", version: 1, schema: readerText });
  const decoders = [generated, interpreted].map((descriptor) => outcomeOf(() => createDecoder(writerText, descriptor)));
  const [byCode, byName] = decoders;
  if (byCode === undefined || byName === undefined || "failure" in byCode || "failure" in byName) {
    expect(byCode).toEqual(byName);
    return { decoded: 0, compared: 0, resolves: false };
  }
  const oracle = pairs[number]!.apart !== undefined ? null : resolvingOracle(writerText, readerText);
  const written = describeEvent({ type: "samples.pair.written", version: 1, schema: writerText });
  const [writer, reader] = [readRecordSchema(writerText), readRecordSchema(readerText)];
  const random = createRandom(SEED);
  let [decoded, compared] = [0, 0];
  for (let i = 0; i < values; i++) {
    const pair = valuePair(writer, random);
    if (pair === null) continue;
    const bytes = Buffer.from(written.encode(pair.value));
    expectAlike(byCode.value, byName.value, corrupted(bytes, random));
    const outcome = expectAlike(byCode.value, byName.value, bytes);
    if ("failure" in outcome) continue;
    decoded++;
    if (oracle === null) continue;
    const reference = referenceOf(oracle, bytes);
    if (reference === undefined) continue;
    compared++;
    if (!isSameAsReference(reader, outcome.value, reference)) expect(outcome.value).toEqual(reference);
  }
  return { decoded, compared, resolves: true };
}

/** The same value, or the same error at the same byte. */
function expectAlike(one: Decode, other: Decode, bytes: Buffer): Outcome<unknown> {
  const [outcome, expected] = [outcomeOf(() => one(bytes)), outcomeOf(() => other(bytes))];
  if (!isDeepStrictEqual(outcome, expected)) expect(outcome).toEqual(expected);
  return outcome;
}

/** A copy with one bit turned over. */
function corrupted(bytes: Buffer, random: Random): Buffer {
  const copy = Buffer.from(bytes);
  const at = random.below(copy.length);
  copy[at] = copy[at]! ^ (1 << random.below(8));
  return copy;
}

/** @returns null where the random branches lead into a record that does not end */
function valuePair(type: RecordType, random: Random): ValuePair | null {
  try {
    return randomPair(type, random);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function resolvingOracle(writerText: string, readerText: string): ((bytes: Buffer) => unknown) | null {
  try {
    return createResolvingOracle(writerText, readerText);
  } catch {
    return null;
  }
}

function referenceOf(oracle: (bytes: Buffer) => unknown, bytes: Buffer): unknown {
  try {
    return oracle(bytes);
  } catch {
    return undefined;
  }
}

describe("generated code and interpreter read alike, and as avsc does,", () => {
  it.each(evolvedSchemas.map(({ name }, i) => ({ name, i })))("$name", async ({ i }) => {
    const { decoded, compared } = await compare(i, 0, EVOLVED_VALUES);
    expect({ decoded: decoded > 0, compared }).toEqual({
      decoded: true,
      compared: evolvedSchemas[i]!.apart === undefined ? decoded : 0,
    });
    await compare(i, 1, VALUES);
  });

  it(`${RANDOM_PAIRS} random pairs of schemas in both directions`, async () => {
    const tallies: Tally[] = [];
    for (let i = evolvedSchemas.length; i < pairs.length; i++) {
      tallies.push(await compare(i, 0, VALUES), await compare(i, 1, VALUES));
    }
    const resolving = tallies.filter(({ resolves }) => resolves);
    const sum = (key: "decoded" | "compared") => tallies.reduce((total, tally) => total + tally[key], 0);
    expect(resolving.length).toBeGreaterThan(tallies.length / 4);
    // avsc resolves less: it minds namespaces, and takes a union's default for its first branch alone.
    expect(sum("compared")).toBeGreaterThan(sum("decoded") / 2);
  });
});
