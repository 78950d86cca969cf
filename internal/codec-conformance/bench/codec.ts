// How quick the codec is beside avsc; fails when generated code is less quick than promised:
// node --conditions=@waybill/source bench/codec.ts [--types 1,50] [--seconds 30]   (seconds without warming up)
//
// Contenders take and give the very same values (bigint, Date, Decimal, unions by $type). Rounds alternate between
// them, and ratios are taken within a round, so that a busy machine slows all of them alike; the median of the ratios
// counts. With several event types each value is of another one, chosen at random: what V8 learns of one does not serve
// the next.
import { parseArgs } from "node:util";
import { createRandom, generateModules } from "@waybill/codec-conformance";
import { describeEvent, type EventDescriptor } from "@waybill/events";
import { type BenchEvent, benchEvent } from "./bench-schema.ts";
import { randomOrder } from "./bench-values.ts";
import { avscCodec, type Codec, descriptorCodec } from "./contenders.ts";

const ROUNDS = 15;
const VALUES = 512;
/** For each event type. */
const WARM_UP_MS = 60;
/** How many times avsc's speed generated code has, at least. */
const PROMISES = { "check and encode": 3, decode: 2.5, "decode and resolve": 2.5 } as const;
/** Keeps results alive, so that no work can be optimised away. */
const sink: { last: unknown } = { last: undefined };

/** One value's way through a codec, as it stands in the random order of types. */
interface Job {
  readonly type: number;
  readonly data: Record<string, unknown>;
  readonly bytes: Buffer;
  readonly earlierBytes: Buffer;
}

interface Contender {
  readonly name: string;
  /** One for each event type. */
  readonly codecs: readonly Codec[];
}

const { values: options } = parseArgs({
  options: { types: { type: "string", default: "1,50" }, seconds: { type: "string", default: "30" } },
});
const seconds = Number(options.seconds);
if (!(seconds > 0)) throw new RangeError(`--seconds takes a number above 0, not "${options.seconds}"`);
const typeCounts = options.types.split(",").map(Number);
if (!typeCounts.every((count) => Number.isInteger(count) && count > 0))
  throw new RangeError(`--types takes integers above 0 with commas between them, not "${options.types}"`);

for (const count of typeCounts) await compare(Array.from({ length: count }, (_, number) => benchEvent(number)));

async function compare(events: readonly BenchEvent[]): Promise<void> {
  const folder = await generateModules(
    events.map(({ reader }, i) => ({ name: `order${i}.placed`, versions: [reader] })),
  );
  try {
    const generated = await Promise.all(
      events.map(async (event, i) => {
        const module = (await import(folder.modulePath(`order${i}.placed`))) as Record<string, EventDescriptor>;
        const descriptor = module[`order${i}Placed`];
        if (descriptor === undefined) throw new Error(`there is no generated code for event ${i}`);
        return descriptorCodec(descriptor, event);
      }),
    );
    run(events, [
      { name: "avsc", codecs: events.map(avscCodec) },
      { name: "interpreted", codecs: events.map((event) => descriptorCodec(interpreted(event.reader), event)) },
      { name: "generated", codecs: generated },
    ]);
  } finally {
    await folder.remove();
  }
}

function interpreted(schema: string): EventDescriptor {
  return describeEvent({ type: "samples.order.placed", version: 1, schema });
}

function run(events: readonly BenchEvent[], contenders: readonly Contender[]): void {
  const jobs = createJobs(events);
  const size = jobs.reduce((sum, { bytes }) => sum + bytes.length, 0) / VALUES;
  console.log(
    `${VALUES} orders of ${Math.round(size)} bytes on average, of ${events.length} event type(s), Node ${process.version}; ns for each, times avsc's speed\n`,
  );
  measure("check and encode", contenders, jobs, (codec, { data }) => codec.encode(data));
  measure("decode", contenders, jobs, (codec, { bytes }) => codec.decode(bytes));
  measure("decode and resolve", contenders, jobs, (codec, { earlierBytes }) => codec.resolve(earlierBytes));
  console.log("");
}

function createJobs(events: readonly BenchEvent[]): Job[] {
  const random = createRandom(1);
  const writers = events.map(({ reader, writer }) => [interpreted(reader), interpreted(writer)] as const);
  return Array.from({ length: VALUES }, (): Job => {
    const type = random.below(events.length);
    const data = events[type]!.dataOf(randomOrder(random));
    const [own, earlier] = writers[type]!;
    return { type, data, bytes: Buffer.from(own.encode(data)), earlierBytes: Buffer.from(earlier.encode(data)) };
  });
}

/** The last contender is the one that something is promised for. */
function measure(
  title: keyof typeof PROMISES,
  contenders: readonly Contender[],
  jobs: readonly Job[],
  act: (codec: Codec, job: Job) => unknown,
): void {
  const works = contenders.map(({ name, codecs }) => ({
    name,
    work: () => {
      for (const job of jobs) sink.last = act(codecs[job.type]!, job);
    },
  }));
  const roundMs = (seconds * 1000) / (3 * typeCounts.length * works.length * (ROUNDS + 2));
  // Each type's code has to become hot on its own before it is optimised.
  const warmUpMs = Math.max(roundMs * 2, WARM_UP_MS * contenders[0]!.codecs.length);
  for (const { work } of works) repeat(work, warmUpMs);
  const rounds = Array.from({ length: ROUNDS }, () => works.map(({ work }) => repeat(work, roundMs)));
  const medians = works.map((_, i) => median(rounds.map((round) => round[i] ?? 0)));
  const ratios = works.map((_, i) => median(rounds.map((round) => (round[0] ?? 0) / (round[i] ?? 0))));
  const columns = works.map(({ name }, i) => {
    return `${name} ${Math.round(medians[i] ?? 0)
      .toString()
      .padStart(5)} (${(ratios[i] ?? 0).toFixed(2)}x)`;
  });
  console.log(`${title.padEnd(20)} ${columns.join("   ")}`);
  const ratio = ratios.at(-1) ?? 0;
  if (ratio >= PROMISES[title]) return;
  console.log(`FAILED: ${title} by generated code has ${ratio.toFixed(2)} times avsc's speed, not ${PROMISES[title]}`);
  process.exitCode = 1;
}

/** Nanoseconds for each value. */
function repeat(work: () => void, milliseconds: number): number {
  const start = performance.now();
  let count = 0;
  do {
    work();
    count += VALUES;
  } while (performance.now() - start < milliseconds);
  return ((performance.now() - start) * 1e6) / count;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((left, right) => left - right)[numbers.length >> 1] ?? 0;
}
