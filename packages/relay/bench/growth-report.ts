import type { Costs } from "./growth-table.ts";

/** What a visit to a table has measured. */
export interface Measurement extends Costs {
  /** The table has ten to this many rows. */
  readonly power: number;
  /** Whether an old transaction was open. */
  readonly isPinned: boolean;
  readonly round: number;
}

/** The most that a cost may be, as a ratio to that of the smallest table. */
const LIMIT = 1.1;
const RESAMPLES = 1_000;

/** The middle of some numbers, of which there must be one. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}

interface Ratio {
  readonly value: number;
  /** The value is between these with 95%. */
  readonly low: number;
  readonly high: number;
}

interface Row {
  readonly power: number;
  readonly isPinned: boolean;
  readonly own: readonly Measurement[];
  /** To the smallest table. */
  readonly steady: Ratio;
  readonly backlog: Ratio;
  /** To the same table without an old transaction. */
  readonly pinned: Ratio;
}

/** Whether every cost is within the limit, by the medians of the ratios. */
export function isFlat(measurements: readonly Measurement[]): boolean {
  return rowsOf(measurements).every(({ steady, backlog }) => steady.value <= LIMIT && backlog.value <= LIMIT);
}

/** A table of all sizes, with and without an old transaction. */
export function reportMarkdown(measurements: readonly Measurement[]): string {
  const lines = rowsOf(measurements).map(({ power, isPinned, own, steady, backlog, pinned }) => {
    const micros = [
      own.map(({ reading }) => reading),
      own.map(({ saving }) => saving),
      own.map((each) => each.backlog),
    ];
    const cells = [
      `10^${power}`,
      isPinned ? "open" : "none",
      ...micros.map((values) => median(values).toFixed(1)),
      shown(steady, LIMIT),
      shown(backlog, LIMIT),
      isPinned ? shown(pinned) : "",
    ];
    return `| ${cells.join(" | ")} |`;
  });
  return [
    "| rows | old transaction | reading, us | saving, us | backlog, us | steady, to 10^3 | backlog, to 10^3 | steady, to none |",
    "|---|---|---|---|---|---|---|---|",
    ...lines,
  ].join("\n");
}

function shown({ value, low, high }: Ratio, limit = Number.POSITIVE_INFINITY): string {
  return `${value.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})${value > limit ? ": not flat" : ""}`;
}

function rowsOf(measurements: readonly Measurement[]): Row[] {
  const smallest = Math.min(...measurements.map(({ power }) => power));
  const powers = [...new Set(measurements.map(({ power }) => power))].sort((a, b) => a - b);
  const select = (power: number, isPinned: boolean) =>
    measurements.filter((each) => each.power === power && each.isPinned === isPinned);
  return [false, true].flatMap((isPinned) =>
    powers.map((power) => {
      const own = select(power, isPinned);
      const base = select(smallest, isPinned);
      return {
        power,
        isPinned,
        own,
        steady: ratioOf(own, base, steadyCost),
        backlog: ratioOf(own, base, ({ backlog }) => backlog),
        pinned: ratioOf(own, select(power, false), steadyCost),
      };
    }),
  );
}

function steadyCost({ reading, saving }: Costs): number {
  return reading + saving;
}

/** The median of the ratios within each round, with the interval that resampling the rounds gives. */
function ratioOf(own: readonly Measurement[], base: readonly Measurement[], cost: (costs: Costs) => number): Ratio {
  const costOfBase = new Map(base.map((each) => [each.round, cost(each)]));
  const ratios = own.map((each) => cost(each) / (costOfBase.get(each.round) as number));
  const resampled = Array.from({ length: RESAMPLES }, () =>
    median(ratios.map(() => ratios[Math.floor(Math.random() * ratios.length)] as number)),
  ).sort((a, b) => a - b);
  return {
    value: median(ratios),
    low: resampled[Math.floor(RESAMPLES * 0.025)] as number,
    high: resampled[Math.floor(RESAMPLES * 0.975)] as number,
  };
}
