import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { isDeepStrictEqual } from "node:util";
import {
  createOracle,
  createRandom,
  type GeneratedFolder,
  generateModules,
  randomPair,
  sampleSchemas,
} from "@waybill/codec-conformance";
import { describeEvent, type EventDescriptor } from "@waybill/events";
import { readRecordSchema } from "@waybill/events/codegen/model";

const VALUES = 2_000;
let folder: GeneratedFolder;

beforeAll(async () => {
  folder = await generateModules(sampleSchemas.map(({ name, text }) => ({ name: `sample.${name}`, versions: [text] })));
});
afterAll(() => folder.remove());

async function generated(name: string): Promise<EventDescriptor> {
  const module = (await import(folder.modulePath(`sample.${name}`))) as Record<string, EventDescriptor>;
  const descriptor = Object.values(module)[0];
  if (descriptor === undefined) throw new Error(`the module of ${name} exports no descriptor`);
  return descriptor;
}

describe.each(sampleSchemas)("$name", ({ name, text }) => {
  it(`writes ${VALUES} random values as avsc does, and reads them back, generated and interpreted`, async () => {
    const codecs = [await generated(name), describeEvent({ type: `samples.sample.${name}`, version: 1, schema: text })];
    const oracle = createOracle(text);
    const type = readRecordSchema(text);
    const random = createRandom(20261121);
    for (let i = 0; i < VALUES; i++) {
      const { value, reference } = randomPair(type, random);
      const bytes = oracle(reference);
      for (const codec of codecs) {
        const encoded = codec.encode(value);
        if (!bytes.equals(encoded)) expect(Buffer.from(encoded).toString("hex")).toBe(bytes.toString("hex"));
        if (!isDeepStrictEqual(codec.decode(bytes), value)) expect(codec.decode(bytes)).toEqual(value);
      }
    }
  });

  it("refuses its own bytes when they are cut short or followed by more", async () => {
    const codecs = [await generated(name), describeEvent({ type: `samples.sample.${name}`, version: 1, schema: text })];
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
