import { describeSchema, isNamed, type Schema, type UnionSchema } from "../model/schema.ts";
import { formatCause, type Incompatibility, joinPath } from "./incompatibility.ts";
import { PairMap } from "./pair-map.ts";
import { namesMatch, type Part, type Requirements, requirementsOf } from "./requirements.ts";

export interface Compatibility {
  readonly compatible: boolean;
  /** Every reason, each pair of schema nodes once; empty when compatible. */
  readonly incompatibilities: readonly Incompatibility[];
}

/** A union's failure is told by its likeliest branches; the rest say nothing more. */
const MAX_CANDIDATE_BRANCHES = 8;
const MAX_CAUSES = 20;

/**
 * Whether data written with one schema can be read with another, by Avro's schema resolution. The verdict is that of
 * Apache's `SchemaCompatibility.checkReaderWriterCompatibility`; the reasons say more, above all for unions.
 */
export function checkCompatibility(reader: Schema, writer: Schema): Compatibility {
  const checker = new CompatibilityChecker();
  if (checker.canRead(reader, writer)) return { compatible: true, incompatibilities: [] };
  return { compatible: false, incompatibilities: checker.explain(reader, writer) };
}

/** First the verdict of every pair that it depends on, then a walk over those that failed. */
class CompatibilityChecker {
  readonly #verdicts = new PairMap<boolean>();
  /** Each failed union is looked into once, however many paths lead to it. */
  readonly #closest = new PairMap<ClosestBranch>();

  /**
   * A pair that is met again while it is being judged counts as readable, as only its other parts can prove otherwise.
   * Every part is judged even after one has failed: Apache does the same, and which pairs are then known decides the
   * verdict of some recursive unions.
   */
  canRead(reader: Schema, writer: Schema): boolean {
    const known = this.#verdicts.get(reader, writer);
    if (known !== undefined) return known;
    this.#verdicts.set(reader, writer, true);
    const verdict = this.#judge(requirementsOf(reader, writer));
    this.#verdicts.set(reader, writer, verdict);
    return verdict;
  }

  #judge(requirements: Requirements): boolean {
    if (requirements.rule === "any") {
      return requirements.branches.some((part) => this.canRead(part.reader, part.writer));
    }
    let verdict = true;
    for (const check of requirements.checks) {
      if ("kind" in check || !this.canRead(check.reader, check.writer)) verdict = false;
    }
    return verdict;
  }

  explain(reader: Schema, writer: Schema, limit = Number.POSITIVE_INFINITY): readonly Incompatibility[] {
    const found: Incompatibility[] = [];
    this.#collect({ reader, writer, step: "" }, "", new PairMap(), found, limit);
    return found;
  }

  #collect(part: Part, base: string, visited: PairMap<true>, found: Incompatibility[], limit: number): void {
    const { reader, writer, step } = part;
    if (this.canRead(reader, writer) || found.length >= limit || visited.get(reader, writer)) return;
    visited.set(reader, writer, true);
    const path = joinPath(base, step);
    const requirements = requirementsOf(reader, writer);
    if (requirements.rule === "any") {
      if (reader.type === "union") found.push(this.#unionFailure(reader, writer, path));
      return;
    }
    for (const check of requirements.checks) {
      if ("kind" in check) {
        const { kind, message, readerAt, writerAt } = check;
        found.push({ kind, path: joinPath(path, check.step), message, reader: readerAt, writer: writerAt, causes: [] });
      } else this.#collect(check, path, visited, found, limit);
    }
  }

  #unionFailure(reader: UnionSchema, writer: Schema, path: string): Incompatibility {
    const { branch, causes } = this.#closestBranch(reader, writer);
    const lacking = `no branch of the reader's ${describeSchema(reader)} reads the writer's ${describeSchema(writer)}`;
    const [first] = causes;
    const more = causes.length > 1 ? ` (and ${causes.length - 1} more)` : "";
    const message =
      branch === null || first === undefined
        ? lacking
        : `${lacking}; the closest, ${describeSchema(branch)}, fails: ${formatCause(first)}${more}`;
    return { kind: "MISSING_UNION_BRANCH", path, message, reader: reader.at, writer: writer.at, causes };
  }

  /** The branch of the writer's kind of type with the fewest failures; none when the union has no such branch. */
  #closestBranch(reader: UnionSchema, writer: Schema): ClosestBranch {
    const known = this.#closest.get(reader, writer);
    if (known !== undefined) return known;
    let closest: ClosestBranch = { branch: null, causes: [] };
    this.#closest.set(reader, writer, closest); // what a recursive type finds on its way back here
    const alike = reader.branches.filter((branch) => branch.type === writer.type);
    const sameName = alike.filter((branch) => isNamed(branch) && isNamed(writer) && namesMatch(branch, writer));
    for (const branch of (sameName.length > 0 ? sameName : alike).slice(0, MAX_CANDIDATE_BRANCHES)) {
      const causes = this.explain(branch, writer, MAX_CAUSES);
      if (closest.branch === null || causes.length < closest.causes.length) closest = { branch, causes };
    }
    this.#closest.set(reader, writer, closest);
    return closest;
  }
}

interface ClosestBranch {
  readonly branch: Schema | null;
  readonly causes: readonly Incompatibility[];
}
