// How quick the codec is beside avsc: node --conditions=@waybill/source bench/codec.ts [--seconds 30]
//
// Contenders take and give the very same values (bigint, Date, Decimal, unions by $type). Rounds alternate between
// them, so that a busy machine slows all of them alike, and the medians of their rounds are compared.
import { parseArgs } from "node:util";
import { createRandom, generateModules } from "@waybill/codec-conformance";
import { createDecoder, describeEvent, type EventDescriptor } from "@waybill/events";
import { createAvscType } from "./avsc-types.ts";
import { readerSchema, writerSchema } from "./bench-schema.ts";
import { randomOrder } from "./bench-values.ts";

const ROUNDS = 9;
const VALUES = 512;
/** Keeps results alive, so that no work can be optimised away. */
const sink: { last: unknown } = { last: undefined };

interface Contender {
  readonly name: string;
  readonly encode: (order: Record<string, unknown>) => Uint8Array;
  readonly decode: (bytes: Buffer) => unknown;
  /** What another version wrote; null where that is the interpreter's work. */
  readonly resolve: ((bytes: Buffer) => unknown) | null;
}

const { values: options } = parseArgs({ options: { seconds: { type: "string", default: "30" } } });
const seconds = Number(options.seconds);
if (!(seconds > 0)) throw new RangeError(`--seconds takes a number above 0, not "${options.seconds}"`);

const folder = await generateModules([{ name: "order.placed", versions: [readerSchema] }]);
try {
  const module = (await import(folder.modulePath("order.placed"))) as { orderPlaced: EventDescriptor };
  run([
    avscContender(),
    descriptorContender("interpreted", interpreted(readerSchema), true),
    descriptorContender("generated", module.orderPlaced, false),
  ]);
} finally {
  await folder.remove();
}

function interpreted(schema: string): EventDescriptor {
  return describeEvent({ type: "samples.order.placed", version: 1, schema });
}

function descriptorContender(name: string, descriptor: EventDescriptor, isInterpreted: boolean): Contender {
  return {
    name,
    encode: (order) => descriptor.encode(order),
    decode: (bytes) => descriptor.decode(bytes),
    resolve: isInterpreted ? createDecoder(writerSchema, descriptor) : null,
  };
}

/** As much checking as ours does: avsc's own encoder would take a string where a number should be. */
function avscContender(): Contender {
  const type = createAvscType(readerSchema);
  const resolver = type.createResolver(createAvscType(writerSchema));
  return {
    name: "avsc",
    encode(order) {
      if (!type.isValid(order, { errorHook: refuse })) throw new TypeError("invalid");
      return type.toBuffer(order);
    },
    decode: (bytes) => type.fromBuffer(bytes),
    resolve: (bytes) => type.fromBuffer(bytes, resolver),
  };
}

function refuse(path: readonly string[]): never {
  throw new TypeError(`invalid at ${path.join(".")}`);
}

function run(contenders: readonly Contender[]): void {
  const random = createRandom(1);
  const orders = Array.from({ length: VALUES }, () => randomOrder(random));
  const own = interpreted(readerSchema);
  const bytes = orders.map((order) => Buffer.from(own.encode(order)));
  const earlier = interpreted(writerSchema);
  const earlierBytes = orders.map((order) => Buffer.from(earlier.encode(order)));
  const size = bytes.reduce((sum, { length }) => sum + length, 0) / VALUES;
  console.log(
    `${VALUES} orders of ${Math.round(size)} bytes on average, Node ${process.version}; ns for each, times avsc's speed\n`,
  );
  measure(
    "check and encode",
    contenders.map(({ name, encode }) => ({ name, work: () => each(orders, encode) })),
  );
  measure(
    "decode",
    contenders.map(({ name, decode }) => ({ name, work: () => each(bytes, decode) })),
  );
  measure(
    "decode and resolve",
    contenders.flatMap(({ name, resolve }) =>
      resolve === null ? [] : [{ name, work: () => each(earlierBytes, resolve) }],
    ),
  );
}

function each<Item>(items: readonly Item[], act: (item: Item) => unknown): void {
  for (const item of items) sink.last = act(item);
}

function measure(title: string, works: readonly { readonly name: string; readonly work: () => void }[]): void {
  const roundMs = (seconds * 1000) / (3 * works.length * (ROUNDS + 2));
  for (const { work } of works) repeat(work, roundMs * 2);
  const rounds = Array.from({ length: ROUNDS }, () => works.map(({ work }) => repeat(work, roundMs)));
  const medians = works.map((_, i) => median(rounds.map((round) => round[i] ?? 0)));
  const base = medians[0] ?? 0;
  const columns = works.map(({ name }, i) => {
    const nanoseconds = medians[i] ?? 0;
    return `${name} ${Math.round(nanoseconds).toString().padStart(5)} (${(base / nanoseconds).toFixed(2)}x)`;
  });
  console.log(`${title.padEnd(20)} ${columns.join("   ")}`);
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
