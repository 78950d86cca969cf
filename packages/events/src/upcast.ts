import type { Envelope } from "./envelope.ts";
import { UpcastError } from "./errors.ts";
import type { DataOf, EventDescriptor } from "./event-descriptor.ts";

/**
 * One step: makes the data of one generation into that of the next. Pure: the same event gives the same result.
 *
 * `envelope.version` is the version that the data was read as at the start of the chain.
 */
export type Upcaster<From, To> = (data: From, envelope: Envelope) => To;

/**
 * The steps that lead from every earlier generation to a descriptor's own, by the version that each begins with:
 * `{ 1: (data: V1) => V2, 2: (data: V2) => V3 }`. A new generation adds one step and changes none.
 */
export type Upcasters<Descriptor extends EventDescriptor> = {
  readonly [Version in keyof Descriptor["earlier"]]: Upcaster<
    DataOf<Descriptor["earlier"][Version]>,
    DataOf<NextGeneration<Descriptor | Descriptor["earlier"][keyof Descriptor["earlier"]], Version>>
  >;
};

/** Of some generations the one that follows a version: that which has it as the last of its earlier ones. */
type NextGeneration<Generation, Version> = Generation extends { readonly earlier: infer Earlier }
  ? Version extends keyof Earlier
    ? Earlier[Version] extends { readonly earlier: infer Before }
      ? [Exclude<keyof Earlier, Version>] extends [keyof Before]
        ? Generation
        : never
      : never
    : never
  : never;

/** An event in any generation of a descriptor: `{ version: 1, data: V1 } | { version: 2, data: V2 }`. */
export type EventOfAnyGeneration<Descriptor extends EventDescriptor> =
  | EventOf<Descriptor>
  | EventOf<Descriptor["earlier"][keyof Descriptor["earlier"]]>;

type EventOf<Descriptor> = Descriptor extends EventDescriptor
  ? { readonly version: Descriptor["version"]; readonly data: DataOf<Descriptor> }
  : never;

/** The envelope, if one of the steps takes it. */
type EnvelopeFor<Steps> = Steps[keyof Steps] extends (data: never) => unknown ? unknown : Envelope;

/** Reads an event of any generation as the newest. @throws UpcastError naming the step */
export type Upcast<Descriptor extends EventDescriptor, Steps> = (
  event: EventOfAnyGeneration<Descriptor> & EnvelopeFor<Steps>,
) => DataOf<Descriptor>;

/**
 * Chains upcasters, for tests, replays and wherever else no consumer does it. The result takes an event of any
 * generation, with its envelope where a step asks for that, and gives the descriptor's data; an event of the
 * descriptor's own version passes as it is.
 *
 * A version within a generation is none of its own: decode it with the descriptor of the generation's last version,
 * by `createDecoder(writerSchema, descriptor)`.
 *
 * @throws UpcastError `UPCASTER_MISSING`; the result throws `UPCASTER_FAILED` and `VERSION_UNKNOWN`
 */
export function createUpcaster<Descriptor extends EventDescriptor, const Steps extends Upcasters<Descriptor>>(
  descriptor: Descriptor,
  upcasters: Steps,
): Upcast<Descriptor, Steps> {
  const steps = stepsOf(descriptor, upcasters);
  const versions = [...steps.map(({ from }) => from), descriptor.version];
  return (event) => {
    const { version, data } = event as EventOf<EventDescriptor>;
    const start = versions.indexOf(version);
    if (start === -1) throw unknownVersion(descriptor, version, versions);
    // The types ask for the envelope exactly when a step looks at it.
    const envelope = event as unknown as Envelope;
    return steps
      .slice(start)
      .reduce((value, step) => runStep(descriptor.type, step, value, envelope), data) as DataOf<Descriptor>;
  };
}

interface Step {
  readonly from: number;
  readonly to: number;
  readonly upcaster: Upcaster<unknown, unknown>;
}

/** The steps in the order of the versions. Steps for versions that the descriptor does not know do no harm. */
function stepsOf(descriptor: EventDescriptor, upcasters: object): readonly Step[] {
  const given = new Map(Object.entries(upcasters).map(([version, upcaster]) => [Number(version), upcaster as unknown]));
  const versions = Object.keys(descriptor.earlier)
    .map(Number)
    .toSorted((a, b) => a - b);
  const arrows = versions.map((from, i) => ({ from, to: versions[i + 1] ?? descriptor.version }));
  const missing = arrows.filter(({ from }) => typeof given.get(from) !== "function");
  const [first] = missing;
  if (first !== undefined) {
    const list = missing.map(({ from, to }) => `from version ${from} to version ${to}`).join(" and ");
    const example = missing.map(({ from }) => `${from}: (data) => …`).join(", ");
    throw new UpcastError("UPCASTER_MISSING", `${descriptor.type} has no upcaster ${list}. Add { ${example} }.`, first);
  }
  return arrows.map((arrow) => ({ ...arrow, upcaster: given.get(arrow.from) as Upcaster<unknown, unknown> }));
}

function runStep(type: string, { from, to, upcaster }: Step, data: unknown, envelope: Envelope): unknown {
  const step = `The upcaster of ${type} from version ${from} to version ${to}`;
  let result: unknown;
  try {
    result = upcaster(data, envelope);
  } catch (error) {
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new UpcastError("UPCASTER_FAILED", `${step} threw ${why}`, { from, to, cause: error });
  }
  if (typeof result === "object" && result !== null && !(result instanceof Promise)) return result;
  const given = result instanceof Promise ? "a promise: upcasters are synchronous" : nameOf(result);
  throw new UpcastError("UPCASTER_FAILED", `${step} returned ${given}. It must return the data.`, { from, to });
}

/** What a value is, without the value. */
function nameOf(value: unknown): string {
  return value === null ? "null" : typeof value;
}

function unknownVersion(descriptor: EventDescriptor, version: number, known: readonly number[]): UpcastError {
  return new UpcastError(
    "VERSION_UNKNOWN",
    `${descriptor.type} version ${version} ends no generation that version ${descriptor.version} knows ` +
      `(${known.join(", ")}). Decode an older version with the descriptor of its generation's last version, by ` +
      "createDecoder; for a newer one upgrade the events package.",
    { from: version, to: descriptor.version },
  );
}
