import { beforeAll, describe, expect, it } from "@jest/globals";
import { checkCompatibility, parseSchema } from "@waybill/avro";
import { type ApacheVerdict, apacheVerdicts, whyNoApache } from "@waybill/avro-conformance";
import { randomPairs, type SchemaPair } from "../../../packages/avro/test/apache-pairs.ts";
import { numberFrom } from "./number-from.ts";

/** 5,000 take a few seconds; a nightly run asks for 100,000. */
const count = numberFrom("WAYBILL_AVRO_PAIRS", 5_000);
/** Not that of the recorded verdicts, so that these pairs are others. */
const seed = numberFrom("WAYBILL_AVRO_SEED", 20261122);
const PAIRS_PER_BATCH = 5_000;

const obstacle = whyNoApache();
if (obstacle !== null) process.stderr.write(`skipped: our verdicts against Apache Avro's, as ${obstacle}\n`);
const describeWithApache = obstacle === null ? describe : describe.skip;

/** Pairs by what became of them; for each kind, the pairs that have it. */
const totals = { compatible: 0, incompatible: 0, refusedByApache: 0, refusedByUs: 0 };
const pairsByKind = new Map<string, number>();
const differing: { pair: SchemaPair; ours: string; apache: string }[] = [];

describeWithApache(`on ${count} random pairs of seed ${seed}, Apache's SchemaCompatibility`, () => {
  beforeAll(
    async () => {
      for (let done = 0; done < count; done += PAIRS_PER_BATCH) {
        const pairs = randomPairs(seed + done, Math.min(PAIRS_PER_BATCH, count - done));
        const verdicts = await apacheVerdicts(pairs);
        expect(verdicts).toHaveLength(pairs.length);
        for (const [index, pair] of pairs.entries()) compare(pair, verdicts[index]);
      }
      const kinds = [...pairsByKind].map(([kind, pairs]) => `${kind} ${pairs}`).toSorted();
      const { compatible, incompatible, refusedByApache, refusedByUs } = totals;
      process.stderr.write(
        `Apache Avro, ${count} pairs of seed ${seed}: ${differing.length} differ, ${compatible} compatible, ` +
          `${incompatible} incompatible (${kinds.join(", ")}), ` +
          `not judged: ${refusedByApache} by Apache, ${refusedByUs} more by us\n`,
      );
    },
    60_000 + count * 10,
  );

  it("gives our verdicts, kind by kind", () => {
    expect(differing.slice(0, 5)).toEqual([]);
  });

  it("judges most of the pairs, with every kind among them", () => {
    expect(totals.compatible).toBeGreaterThan(count / 10);
    expect(totals.incompatible).toBeGreaterThan(count / 2);
    expect([...pairsByKind.keys()].toSorted()).toEqual([
      "FIXED_SIZE_MISMATCH",
      "MISSING_ENUM_SYMBOLS",
      "MISSING_UNION_BRANCH",
      "NAME_MISMATCH",
      "READER_FIELD_MISSING_DEFAULT_VALUE",
      "TYPE_MISMATCH",
    ]);
  });
});

function compare(pair: SchemaPair, verdict: ApacheVerdict | undefined): void {
  const reader = parseSchema(JSON.stringify(pair.reader));
  const writer = parseSchema(JSON.stringify(pair.writer));
  if (verdict === undefined || "refused" in verdict) totals.refusedByApache++;
  else if (!reader.ok || !writer.ok) totals.refusedByUs++;
  else {
    const { incompatibilities } = checkCompatibility(reader.schema, writer.schema);
    const kinds = new Set(verdict.kinds);
    const [ours, apache] = [textOf(incompatibilities.map(({ kind }) => kind)), textOf(kinds)];
    if (ours !== apache) differing.push({ pair, ours, apache });
    for (const kind of kinds) pairsByKind.set(kind, (pairsByKind.get(kind) ?? 0) + 1);
    totals[kinds.size === 0 ? "compatible" : "incompatible"]++;
  }
}

function textOf(kinds: Iterable<string>): string {
  return [...new Set(kinds)].toSorted().join(" ");
}
