import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { checkCompatibility, parseSchema } from "../src/index.ts";
import { encodeVerdict, pairsDigest, randomPairs } from "./apache-pairs.ts";

interface Recording {
  readonly seed: number;
  readonly count: number;
  readonly pairsSha256: string;
  readonly verdicts: readonly string[];
}

const recording: Recording = JSON.parse(
  readFileSync(new URL("./fixtures/apache-verdicts.json", import.meta.url), "utf8"),
);
const pairs = randomPairs(recording.seed, recording.count);

describe("verdicts recorded from Apache's SchemaCompatibility", () => {
  it("are for the pairs that the generator builds", () => {
    expect(pairsDigest(pairs)).toBe(recording.pairsSha256);
  });

  it("are ours too, kind by kind", () => {
    const recorded = recording.verdicts.join("");
    const counts = { compatible: 0, incompatible: 0, refused: 0 };
    for (const [index, pair] of pairs.entries()) {
      const reader = parseSchema(JSON.stringify(pair.reader));
      const writer = parseSchema(JSON.stringify(pair.writer));
      const expected = recorded[index];
      if (!reader.ok || !writer.ok || expected === "-") {
        counts.refused++;
        continue;
      }
      const { incompatibilities } = checkCompatibility(reader.schema, writer.schema);
      const actual = encodeVerdict(incompatibilities.map(({ kind }) => kind));
      if (actual !== expected) expect({ pair, incompatibilities }).toBe(`Apache's verdict ${expected}`);
      counts[expected === "0" ? "compatible" : "incompatible"]++;
    }
    expect(counts.compatible).toBeGreaterThan(recording.count / 10);
    expect(counts.incompatible).toBeGreaterThan(recording.count / 2);
    expect(counts.refused).toBeLessThan(recording.count / 3);
  });
});
