import { describeSchema, isNamed, type Schema, type UnionSchema } from "../model/schema.ts";
import type { SourcePosition } from "../source-position.ts";
import { formatCause, type Incompatibility, joinPath } from "./incompatibility.ts";
import { PairMap } from "./pair-map.ts";
import {
  type Conflict,
  namesMatch,
  type Part,
  type Requirements,
  requirementsOf,
  verdictByType,
} from "./requirements.ts";

export interface Compatibility {
  readonly compatible: boolean;
  /** Every reason, each pair of schema nodes once; empty when compatible. */
  readonly incompatibilities: readonly Incompatibility[];
}

/** A union's failure is told by its likeliest branches; the rest say nothing more. */
const MAX_CANDIDATE_BRANCHES = 8;
const MAX_CAUSES = 20;

/** Causes are followed through this many unions within unions: farther down they help nobody. */
const MAX_NESTED_UNIONS = 30;

/** Pairs that are looked at for the causes of all unions together: 10,000 failed unions may each lead through as many. */
const MAX_CAUSE_STEPS = 100_000;

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
  #nestedUnions = 0;
  #causeSteps = 0;

  /**
   * A pair that is met again while it is being judged counts as readable, as only its other parts can prove otherwise.
   * Every part is judged even after one has failed: Apache does the same, and which pairs are then known decides the
   * verdict of some recursive unions. The stack is our own: types can refer to one another deeper than calls can nest.
   */
  canRead(reader: Schema, writer: Schema): boolean {
    const known = this.#known(reader, writer);
    if (known !== undefined) return known;
    const stack = [this.#open(reader, writer)];
    for (let judgement = stack.at(-1); judgement !== undefined; judgement = stack.at(-1)) {
      const unknown = this.#advance(judgement);
      if (unknown !== null) stack.push(this.#open(unknown.reader, unknown.writer));
      else {
        this.#verdicts.set(judgement.reader, judgement.writer, judgement.verdict);
        stack.pop();
      }
    }
    return this.#verdicts.get(reader, writer) ?? false;
  }

  #known(reader: Schema, writer: Schema): boolean | undefined {
    return verdictByType(reader, writer) ?? this.#verdicts.get(reader, writer);
  }

  #open(reader: Schema, writer: Schema): Judgement {
    this.#verdicts.set(reader, writer, true);
    const requirements = requirementsOf(reader, writer);
    return { reader, writer, requirements, next: 0, verdict: requirements.rule === "all" };
  }

  /** Judges by what is known. @returns the part that must be judged first, or null when the verdict stands */
  #advance(judgement: Judgement): Part | null {
    const { rule, checks } = judgement.requirements;
    for (let check = checks[judgement.next]; check !== undefined; check = checks[judgement.next]) {
      const readable = "kind" in check ? false : this.#known(check.reader, check.writer);
      if (readable === undefined && !("kind" in check)) return check;
      judgement.next++;
      if (rule === "all" && readable === false) judgement.verdict = false;
      if (rule === "any" && readable === true) {
        judgement.verdict = true;
        return null;
      }
    }
    return null;
  }

  /** Walks the pairs that failed, each once, in the order of the reader's schema. */
  explain(reader: Schema, writer: Schema, limit = Number.POSITIVE_INFINITY): readonly Incompatibility[] {
    const found: Incompatibility[] = [];
    const visited = new PairMap<true>();
    const pending: PendingCheck[] = [{ check: { reader, writer, step: "" }, base: "", uses: null }];
    for (let item = pending.pop(); item !== undefined && found.length < limit; item = pending.pop()) {
      if (this.#nestedUnions > 0 && ++this.#causeSteps > MAX_CAUSE_STEPS) break;
      const { check } = item;
      const path = joinPath(item.base, check.step);
      if ("kind" in check) {
        const { kind, message, remedies, readerAt, writerAt } = check;
        const uses = check.isAboutUse ? item.uses : null;
        const places = { reader: placeOf(readerAt, uses?.reader), writer: placeOf(writerAt, uses?.writer) };
        found.push({ kind, path, message, remedies, ...places, causes: [] });
        continue;
      }
      if (this.canRead(check.reader, check.writer) || visited.get(check.reader, check.writer)) continue;
      visited.set(check.reader, check.writer, true);
      const { rule, checks } = requirementsOf(check.reader, check.writer);
      const uses = check.uses ?? item.uses;
      if (rule === "all") for (const next of checks.toReversed()) pending.push({ check: next, base: path, uses });
      else if (check.reader.type === "union") found.push(this.#unionFailure(check.reader, check.writer, path, uses));
    }
    return found;
  }

  #unionFailure(reader: UnionSchema, writer: Schema, path: string, uses: PendingCheck["uses"]): Incompatibility {
    const { branch, causes } = this.#closestBranch(reader, writer);
    const [first] = causes;
    const label = describeSchema(writer);
    const lacking = `no branch of the reader's ${describeSchema(reader)} reads the writer's ${label}`;
    const renamed = isNamed(writer) ? `, or "${writer.fullName}" as an alias to the branch that replaces it` : "";
    const remedies = first?.remedies ?? {
      reader: `add ${label} to the union${renamed}`,
      writer: "keep to the types of the reader's union",
    };
    const more = causes.length > 1 ? ` (and ${causes.length - 1} more)` : "";
    const message =
      branch === null || first === undefined
        ? lacking
        : `${lacking}; the closest, ${describeSchema(branch)}, fails: ${formatCause(first)}${more}`;
    const writerAt = placeOf(writer.at, uses?.writer);
    return { kind: "MISSING_UNION_BRANCH", path, message, remedies, reader: reader.at, writer: writerAt, causes };
  }

  /**
   * The branch of the writer's kind of type with the fewest failures, for a named type of its name. None when the union
   * has no such branch: that a type of another name differs in its name would lead nowhere.
   */
  #closestBranch(reader: UnionSchema, writer: Schema): ClosestBranch {
    const known = this.#closest.get(reader, writer);
    if (known !== undefined) return known;
    let closest: ClosestBranch = { branch: null, causes: [] };
    if (this.#nestedUnions >= MAX_NESTED_UNIONS) return closest;
    this.#nestedUnions++;
    this.#closest.set(reader, writer, closest); // what a recursive type finds on its way back here
    const alike = reader.branches.filter(
      (branch) => branch.type === writer.type && (!isNamed(branch) || !isNamed(writer) || namesMatch(branch, writer)),
    );
    for (const branch of alike.slice(0, MAX_CANDIDATE_BRANCHES)) {
      const causes = this.explain(branch, writer, MAX_CAUSES);
      if (closest.branch === null || causes.length < closest.causes.length) closest = { branch, causes };
    }
    this.#closest.set(reader, writer, closest);
    this.#nestedUnions--;
    return closest;
  }
}

/** Something to explain, with the way to it. */
interface PendingCheck {
  readonly check: Conflict | Part;
  readonly base: string;
  /** Where the field above has its types, or null above all fields. */
  readonly uses: Part["uses"] | null;
}

/** Where a type is written in the field that has it, and where it only has the name of one, that field's type. */
function placeOf(definition: SourcePosition, use: SourcePosition | undefined): SourcePosition {
  if (use === undefined) return definition;
  if (definition.file !== use.file) return use;
  if (definition.pointer === use.pointer) return definition;
  return definition.pointer.startsWith(`${use.pointer}/`) ? definition : use;
}

/** A pair on its way to a verdict. */
interface Judgement {
  readonly reader: Schema;
  readonly writer: Schema;
  readonly requirements: Requirements;
  /** The check that comes next. */
  next: number;
  verdict: boolean;
}

interface ClosestBranch {
  readonly branch: Schema | null;
  readonly causes: readonly Incompatibility[];
}
