import { describe, expect, it } from "@jest/globals";
import { readOptions } from "../src/bench-options.ts";
import { costliestFunctions } from "../src/cpu-profile.ts";
import { checkDeliveries } from "../src/deliveries.ts";
import type { DrainResult } from "../src/drain.ts";
import { medianOf } from "../src/medians.ts";
import type { SteadyResult } from "../src/steady.ts";
import { judgeTargets } from "../src/targets.ts";
import { cpuAt } from "../src/usage-recorder.ts";

const right = { lost: 0, duplicated: 0, inverted: 0 };

function drain(subject: string, eventsPerSecond: number, cpu = 3, peakMegabytes = 100): DrainResult {
  const cpuSecondsPerMillion = { subject: cpu, postgres: 2, broker: 2 };
  return { kind: "drain", subject, eventsPerSecond, cpuSecondsPerMillion, peakMegabytes, deliveries: right };
}

function steady(p50: number, p99: number): SteadyResult {
  const { cpuSecondsPerMillion, peakMegabytes } = drain("wire", 1);
  const latencyMs = { p50, p99, max: 99 };
  return {
    kind: "steady",
    subject: "wire",
    rate: 1_000,
    latencyMs,
    cpuSecondsPerMillion,
    peakMegabytes,
    deliveries: right,
  };
}

describe("checkDeliveries", () => {
  const check = (...numbers: number[]) =>
    checkDeliveries(
      { count: numbers.length, numbers: Int32Array.from(numbers), appendedAtMs: new Float64Array(numbers.length) },
      2_002,
    );
  const every = Array.from({ length: 2_002 }, (_, number) => number);

  it("counts what is lost, comes again, or comes after a later event of its key", () => {
    expect(check(...every)).toEqual(right);
    expect(check(...every.slice(0, -2), 7)).toEqual({ lost: 2, duplicated: 1, inverted: 0 });
    const swapped = every.with(0, 1_000).with(1_000, 0); // both of key 0
    expect(check(...swapped)).toEqual({ lost: 0, duplicated: 0, inverted: 1 });
    expect(check(1, 0, ...every.slice(2))).toEqual(right); // of two keys
  });

  it("refuses what was never written", () => {
    expect(() => check(2_002)).toThrow("event 2002, which was never written");
  });
});

describe("judgeTargets", () => {
  const missed = (...results: Parameters<typeof judgeTargets>[0]) =>
    judgeTargets(results)
      .filter(({ isMet }) => !isMet)
      .map(({ target }) => target);

  it("is content with figures at the limits", () => {
    expect(missed(drain("wire", 80, 4, 149), drain("debezium", 10), drain("java-producer", 80), steady(3, 10))).toEqual(
      [],
    );
  });

  it("names each that is missed, and none that was not measured", () => {
    expect(
      missed(drain("wire", 79, 4.1, 150), drain("debezium", 10), drain("java-producer", 80), steady(3, 10.1)),
    ).toEqual([
      expect.stringContaining("4 CPU s"),
      expect.stringContaining("8 times Debezium's"),
      expect.stringContaining("Java's bare producer"),
      expect.stringContaining("3 / 10 ms at 1000"),
      expect.stringContaining("150 MB"),
    ]);
    expect(missed(drain("debezium", 10), drain("kafkajs", 10, 99, 999))).toEqual([]);
    const losing = { ...drain("debezium", 10), deliveries: { lost: 1, duplicated: 0, inverted: 0 } };
    expect(missed(losing)).toEqual([expect.stringContaining("nothing lost")]);
  });
});

describe("medianOf", () => {
  it("takes medians, the highest peak, and every fault", () => {
    const faulty = { ...drain("wire", 30, 9, 120), deliveries: { lost: 1, duplicated: 2, inverted: 3 } };
    const median = medianOf([drain("wire", 10, 1), faulty, drain("wire", 20, 2)]);
    expect(median).toEqual({ ...drain("wire", 20, 2, 120), deliveries: faulty.deliveries });
    expect(medianOf([steady(1, 10), steady(2, 20)]).latencyMs).toEqual({ p50: 1.5, p99: 15, max: 99 });
  });
});

describe("cpuAt", () => {
  it("lies between the samples before and after, and within the first and the last", () => {
    const sample = (atMs: number, subject: number) => ({ atMs, subject, postgres: 2 * subject, broker: 0 });
    const samples = [sample(100, 1), sample(200, 3)];
    expect(cpuAt(samples, 150)).toEqual({ subject: 2, postgres: 4, broker: 0 });
    expect(cpuAt(samples, 50).subject).toBe(1);
    expect(cpuAt(samples, 500).subject).toBe(3);
  });
});

describe("costliestFunctions", () => {
  it("sums a function's own time, wherever it was called from, as a share of the busy time", () => {
    const node = (id: number, functionName: string) => ({
      id,
      callFrame: { functionName, url: functionName === "(idle)" ? "" : "file:///relay/dist/lane.js", lineNumber: 8 },
    });
    const nodes = [node(1, "append"), node(2, "(idle)"), node(3, "append"), node(4, "seal")];
    const found = costliestFunctions({ nodes, samples: [1, 2, 3, 4], timeDeltas: [30, 900, 30, 40] }, 1);
    expect(found).toEqual([{ name: "append", place: "lane.js:9", share: 0.6 }]);
  });
});

describe("readOptions", () => {
  it("names every wrong option at once", () => {
    const wrong = ["--only", "wire,redpanda", "--events", "many", "--runs", "0", "--workloads", "9"];
    expect(() => readOptions(wrong)).toThrow(/redpanda.*\n.*"9".*\n.*many.*\n.*"0"/s);
    expect(readOptions(["--", "--only", "kafkajs"])).toMatchObject({ only: ["kafkajs"], events: 500_000, runs: 1 });
  });
});
