import { afterAll, beforeAll, expect, it } from "@jest/globals";
import {
  createRandom,
  type GeneratedFolder,
  generateModules,
  type Random,
  randomPair,
  sampleSchemas,
} from "@waybill/codec-conformance";
import { Decimal, describeEvent, EncodeError, type EventDescriptor } from "@waybill/events";
import { readRecordSchema } from "@waybill/events/codegen/model";

let folder: GeneratedFolder;

beforeAll(async () => {
  folder = await generateModules(sampleSchemas.map(({ name, text }) => ({ name: `sample.${name}`, versions: [text] })));
});
afterAll(() => folder.remove());

const strangers: readonly unknown[] = [
  undefined,
  null,
  true,
  -1,
  1.5,
  2 ** 31,
  1e300,
  Number.NaN,
  2n ** 63n,
  "",
  "\uD800",
  "x\uDC00y".repeat(20),
  Symbol("stranger"),
  () => 1,
  new Date(Number.NaN),
  new Decimal(10n ** 30n, 2),
  new Decimal(1n, 77),
  Uint8Array.of(1),
  [],
  [undefined],
  {},
  { $type: "Nobody" },
  new Map([["a", 1]]),
];

/** Puts a stranger somewhere into a value, which is changed. */
function spoil(value: unknown, random: Random): unknown {
  const isLeaf = typeof value !== "object" || value === null || ![Object, Array].includes(value.constructor as never);
  if (isLeaf || random.below(4) === 0) return random.pick(strangers);
  const keys = Object.keys(value);
  if (keys.length === 0) return random.pick(strangers);
  const key = random.pick(keys) as keyof typeof value;
  (value as Record<string, unknown>)[key] = spoil(value[key], random);
  return value;
}

it.each(sampleSchemas)("explains $name exactly where encoding fails", async ({ name, text }) => {
  const module = (await import(folder.modulePath(`sample.${name}`))) as Record<string, EventDescriptor>;
  const codecs = [Object.values(module)[0]!, describeEvent({ type: "samples.sample.any", version: 1, schema: text })];
  const type = readRecordSchema(text);
  const random = createRandom(11);
  let refused = 0;
  for (let i = 0; i < 1_000; i++) {
    const spoilt = spoil(randomPair(type, random).value, random);
    for (const codec of codecs) {
      const issues = codec.explain(spoilt);
      if (issues.length === 0) expect(() => codec.encode(spoilt)).not.toThrow();
      else {
        refused++;
        const thrown = thrownBy(() => codec.encode(spoilt));
        expect(EncodeError.is(thrown) ? thrown.issues : thrown).toEqual(issues);
      }
    }
  }
  expect(refused).toBeGreaterThan(500);
});

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return null;
}
