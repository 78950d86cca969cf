import { checkHistory, type CompatibilityMode, type Incompatibility, rootCauses, type Schema } from "@waybill/avro";
import { recordNameFor } from "../event-name.ts";
import { type Finding, locationOf } from "../finding.ts";
import { type EventHistory, generationsOf, type SchemaVersion } from "../schema-tree.ts";

/** Checks every version against those before it in its generation, as the mode says. */
export function checkGenerations(event: EventHistory, mode: CompatibilityMode): readonly Finding[] {
  const breaks = generationsOf(event).flatMap(({ versions }) =>
    checkHistory(mode, versions.filter(hasSchema)).flatMap(({ direction, reader, writer, incompatibilities }) => {
      const isBackward = direction === "BACKWARD";
      const [newer, older] = isBackward ? [reader, writer] : [writer, reader];
      return incompatibilities
        .flatMap((incompatibility) => rootCauses(incompatibility))
        .map((cause) => breakOf(isBackward, newer, older, cause));
    }),
  );
  return mergeBreaks(breaks).map((found) => findingOf(event, found));
}

type ReadableVersion = SchemaVersion & { readonly schema: Schema };

function hasSchema(version: SchemaVersion): version is ReadableVersion {
  return version.schema !== null;
}

/** One cause that keeps a version and some before it apart. */
interface Break {
  readonly isBackward: boolean;
  readonly newer: SchemaVersion;
  readonly older: readonly SchemaVersion[];
  readonly cause: Incompatibility;
}

function breakOf(isBackward: boolean, newer: SchemaVersion, older: SchemaVersion, cause: Incompatibility): Break {
  return { isBackward, newer, older: [older], cause };
}

/** In a transitive mode one mistake breaks with every earlier version: it is told once, naming them all. */
function mergeBreaks(breaks: readonly Break[]): readonly Break[] {
  const merged = new Map<string, Break>();
  for (const found of breaks) {
    const at = newerPosition(found);
    const key = JSON.stringify([
      found.newer.file,
      at.file,
      at.offset,
      found.isBackward,
      found.cause.path,
      found.cause.message,
    ]);
    const same = merged.get(key);
    merged.set(key, same === undefined ? found : { ...same, older: [...same.older, ...found.older] });
  }
  return [...merged.values()];
}

function findingOf(event: EventHistory, found: Break): Finding {
  const { isBackward, newer, older, cause } = found;
  const olderVersions = older.map(({ version }) => version).toSorted((a, b) => a - b);
  const earlier = olderVersions.map((version) => `v${version}`).join(", ");
  const at = newerPosition(found);
  // In a shared type, which many events may have, the version alone would not say which is meant.
  const current = `${at.file === newer.file ? "" : `${event.name.type} `}v${newer.version}`;
  const where = cause.path === "" ? "" : `at ${cause.path}, `;
  const verdict = isBackward
    ? `${current} cannot read what ${earlier} wrote`
    : `${earlier} cannot read what ${current} writes`;
  const other = isBackward ? cause.writer : cause.reader;
  const oldest = older[0] ?? newer;
  return {
    ...locationOf(newer.file, at),
    rule: "incompatible",
    severity: "error",
    message: `${verdict}: ${where}${cause.message}`,
    // The older version is what it is: only the newer one can still do something about it.
    help: `${isBackward ? cause.remedies.reader : cause.remedies.writer}; or begin a new generation: name the record "${recordNameFor(event.name, newer.version)}", which gets its own registry subject, and consumers add an upcaster`,
    related: { ...locationOf(oldest.file, other), message: `the other side, in v${oldest.version}` },
    about: {
      event: event.name.type,
      version: newer.version,
      ...(cause.path === "" ? {} : { field: cause.path }),
      readers: isBackward ? [newer.version] : olderVersions,
    },
  };
}

function newerPosition({ isBackward, cause }: Break) {
  return isBackward ? cause.reader : cause.writer;
}
