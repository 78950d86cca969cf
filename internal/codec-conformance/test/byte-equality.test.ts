import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { isDeepStrictEqual } from "node:util";
import {
  createOracle,
  createRandom,
  type GeneratedFolder,
  generateModules,
  hostileSchema,
  hostileTwin,
  randomPair,
  randomSurrogates,
  reservedWordsSchema,
  reservedWordsTwin,
  sampleSchemas,
  schemaKinds,
} from "@waybill/codec-conformance";
import { describeEvent, EncodeError, type EventDescriptor } from "@waybill/events";
import { readRecordSchema } from "@waybill/events/codegen/model";

const SEED = 20261121;
/** For each kind of schema: 2,000, or what the nightly run asks for. */
const VALUES = valuesFrom(process.env["WAYBILL_CODEC_VALUES"] ?? "2000");
const TIMEOUT_MS = 30_000 + VALUES * 20;

/** `reference` is the schema that avsc takes: the same but for names. */
const kinds = [
  ...[...schemaKinds, ...sampleSchemas].map(({ name, text }) => ({ name, text, reference: text })),
  { name: "reserved_words", text: reservedWordsSchema, reference: reservedWordsTwin },
  { name: "hostile_names", text: hostileSchema, reference: hostileTwin },
];
let folder: GeneratedFolder;

beforeAll(async () => {
  folder = await generateModules(kinds.map(({ name, text }) => ({ name: `sample.${name}`, versions: [text] })));
});
afterAll(() => folder.remove());

function valuesFrom(text: string): number {
  const values = Number(text);
  if (Number.isInteger(values) && values > 0) return values;
  throw new RangeError(`WAYBILL_CODEC_VALUES takes an integer above 0, not "${text}"`);
}

/** Generated code and the interpreter. */
async function codecsOf(name: string, schema: string): Promise<readonly EventDescriptor[]> {
  const module = (await import(folder.modulePath(`sample.${name}`))) as Record<string, EventDescriptor>;
  const descriptor = Object.values(module)[0];
  if (descriptor === undefined) throw new Error(`the module of ${name} exports no descriptor`);
  return [descriptor, describeEvent({ type: `samples.sample.${name}`, version: 1, schema })];
}

describe(`generated code and interpreter write ${VALUES} random values as avsc does, and read them back`, () => {
  it.each(kinds)(
    "$name",
    async ({ name, text, reference }) => {
      const codecs = await codecsOf(name, text);
      const oracle = createOracle(reference);
      const [type, referenceType] = [readRecordSchema(text), readRecordSchema(reference)];
      // In step with each other: they make the same choices, whatever the names.
      const [random, referenceRandom] = [createRandom(SEED), createRandom(SEED)];
      for (let i = 0; i < VALUES; i++) {
        const { value } = randomPair(type, random);
        const bytes = oracle(randomPair(referenceType, referenceRandom).reference);
        for (const codec of codecs) {
          const encoded = codec.encode(value);
          if (!bytes.equals(encoded)) expect(Buffer.from(encoded).toString("hex")).toBe(bytes.toString("hex"));
          if (!isDeepStrictEqual(codec.decode(bytes), value)) expect(codec.decode(bytes)).toEqual(value);
        }
      }
    },
    TIMEOUT_MS,
  );

  it.each([
    { name: "string_alone", wrap: (text: string) => ({ value: text, behind: 1 }) },
    { name: "map_alone", wrap: (text: string) => ({ value: { [text]: 1n }, behind: 1 }) },
  ])(
    "$name with surrogates, which are refused where one is alone",
    async ({ name, wrap }) => {
      const { text: schema } = schemaKinds.find((kind) => kind.name === name)!;
      const codecs = await codecsOf(name, schema);
      const oracle = createOracle(schema);
      const random = createRandom(SEED);
      let refused = 0;
      for (let i = 0; i < VALUES; i++) {
        const text = randomSurrogates(random);
        const value = wrap(text);
        if (!text.isWellFormed()) refused++;
        for (const codec of codecs) {
          if (text.isWellFormed()) expect(Buffer.from(codec.encode(value))).toEqual(oracle(value));
          else expect(() => codec.encode(value)).toThrow(EncodeError);
        }
      }
      expect(refused).toBeGreaterThan(VALUES / 4);
      expect(refused).toBeLessThan(VALUES);
    },
    TIMEOUT_MS,
  );
});

describe.each(sampleSchemas)("$name", ({ name, text }) => {
  it("refuses its own bytes when they are cut short or followed by more", async () => {
    const codecs = await codecsOf(name, text);
    const random = createRandom(7);
    const type = readRecordSchema(text);
    for (let i = 0; i < 40; i++) {
      const bytes = Buffer.from(codecs[0]!.encode(randomPair(type, random).value));
      for (const codec of codecs) {
        const step = Math.ceil(bytes.length / 50);
        for (let end = 0; end < bytes.length; end += step) {
          // Cut out of a longer buffer: what lies behind must not be read.
          expect(() => codec.decode(bytes.subarray(0, end))).toThrow(/cannot read samples\..* at byte \d+ of \d+: /);
        }
        expect(() => codec.decode(Buffer.concat([bytes, Buffer.of(0)]))).toThrow("the event ends before the bytes do");
      }
    }
  });
});
