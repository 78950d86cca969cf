import type { NamedSchema, SchemaProblem } from "@waybill/avro";
import { type Finding, locationOf } from "../finding.ts";
import type { LinkedSchema } from "./link-schema.ts";
import { importsAttribute } from "./read-imports.ts";
import { closureOf, type SharedType } from "./shared-type.ts";
import { lastPartOf, parseTypePath, typeFullNameFor } from "./type-name.ts";

/** The nesting that Avro's own readers take. */
const deepest = 1000;

/** A hostile or broken file can have a million problems, and nobody reads more than these. */
const maxProblems = 100;

/** Everything that is wrong with a schema file and its imports. What is wrong within a type is told at the type. */
export function findingsOf(linked: LinkedSchema, types: readonly SharedType[]): readonly Finding[] {
  const { result, listFindings } = linked;
  const shown = result.problems.slice(0, maxProblems).flatMap((problem) => problemOf(problem, linked, types));
  const uses = [...shown, ...moreProblems(linked), ...indirectUses(linked)];
  return [
    ...listFindings,
    ...conflictsOf(linked),
    ...withoutRepeatedImports(uses),
    ...(result.ok ? unusedImports(linked) : []),
    ...nestingOf(linked),
  ];
}

function moreProblems({ file, result }: LinkedSchema): readonly Finding[] {
  const rest = result.problems.slice(maxProblems);
  const [first] = rest;
  if (first === undefined) return [];
  const severity = rest.some((problem) => problem.severity === "error") ? "error" : "warning";
  const message = `${rest.length} more problems are in this file from here on`;
  return [{ ...locationOf(file.path, first.at), rule: "avro", severity, message }];
}

/** One import mends every use of a name. */
function withoutRepeatedImports(findings: readonly Finding[]): readonly Finding[] {
  const told = new Set<string>();
  return findings.filter(({ rule, message }) => {
    const isNew = rule !== "import-missing" || !told.has(message);
    told.add(message);
    return isNew;
  });
}

function problemOf(problem: SchemaProblem, linked: LinkedSchema, types: readonly SharedType[]): readonly Finding[] {
  if (problem.name !== undefined) {
    const lastPart = lastPartOf(problem.name);
    // Told already, where the import stands or in the file that it names.
    if (linked.unusable.some(({ path }) => namesOf(path).some((name) => lastPartOf(name) === lastPart))) return [];
    const missing = missingImport(problem, problem.name, linked, types);
    if (missing !== null) return [missing];
  }
  const isSyntax = problem.code === "invalid-json" || problem.code === "invalid-utf8";
  return [
    {
      ...locationOf(linked.file.path, problem.at),
      rule: isSyntax ? "parse" : "avro",
      // Valid Avro, and an event that nobody can publish.
      severity: problem.code === "endless-record" ? "error" : problem.severity,
      message: `${problem.message} [${problem.code}]`,
    },
  ];
}

/** The names that the type of a path may have. */
function namesOf(path: string): readonly string[] {
  const place = parseTypePath(path);
  if (place === null) return [];
  const { name, version } = place;
  return Array.from({ length: version }, (_, index) => typeFullNameFor(name, index + 1));
}

/** Of a type that could not be read, the names that it may have. */
function fullNamesOf({ file, schema }: SharedType): readonly string[] {
  return schema === null ? namesOf(file) : [schema.fullName];
}

/** A name that the tree defines in a file that is not imported, or that is short of its namespace. */
function missingImport(
  problem: SchemaProblem,
  name: string,
  linked: LinkedSchema,
  types: readonly SharedType[],
): Finding | null {
  const place = { ...locationOf(linked.file.path, problem.at), rule: "import-missing", severity: "error" } as const;
  const exact = types.filter((type) => fullNamesOf(type).includes(name));
  if (exact.length > 0) {
    const files = exact.map(({ file }) => file).toReversed();
    const help = `${addTo(linked, files[0] ?? "")}${files.length > 1 ? `, or ${files.slice(1).join(" or ")}` : ""}`;
    return { ...place, message: `${name} is defined in ${files.join(" and ")}, which this file does not import`, help };
  }
  const around = types.find(({ named }) => named.some(({ fullName }) => fullName === name));
  if (around !== undefined) return { ...place, ...insideOf(name, around) };
  const alike = types.findLast(({ schema }) => schema?.name === lastPartOf(name));
  if (alike === undefined) return null;
  const fullName = alike.schema?.fullName ?? "";
  const isImported = linked.imports.some(({ type }) => type.schema?.fullName === fullName);
  const help = `write "${fullName}"${isImported ? "" : ` and ${addTo(linked, alike.file)}`}`;
  return { ...place, message: `there is no type ${name}; ${alike.file} defines ${fullName}`, help };
}

function addTo({ source }: LinkedSchema, path: string): string {
  if (source.imports === null) return `add "${importsAttribute}": ["${path}"] at the top of the file`;
  return `add "${path}" to "${importsAttribute}"`;
}

function insideOf(name: string, { file, schema }: SharedType): Pick<Finding, "message" | "help"> {
  return {
    message: `${name} is defined inside ${file}, and only ${schema?.fullName ?? "the type"} itself can be imported from there`,
    help: "move it to a file of its own, and import that in both places",
  };
}

/** Uses of types that only come along with those that are imported: they could go when those change. */
function indirectUses(linked: LinkedSchema): readonly Finding[] {
  const { file, imports, result } = linked;
  const direct = new Map(imports.map(({ type }) => [type.file, type]));
  return result.references.flatMap(({ schema, at }): readonly Finding[] => {
    const owner = closureOf(direct.values()).get(schema.at.file ?? "");
    const place = { ...locationOf(file.path, at), rule: "import-missing", severity: "error" } as const;
    if (owner === undefined) return [];
    if (owner.schema !== schema) return [{ ...place, ...insideOf(schema.fullName, owner) }];
    if (direct.has(owner.file)) return [];
    const through = imports.find(({ type }) => closureOf([type]).has(owner.file))?.import.path ?? "";
    const message = `${schema.fullName} is defined in ${owner.file}, which this file has only by way of ${through}`;
    return [{ ...place, message, help: addTo(linked, owner.file) }];
  });
}

function unusedImports({ file, imports, result }: LinkedSchema): readonly Finding[] {
  const used = new Set(result.references.map(({ schema }) => schema.at.file));
  return imports
    .filter(({ type }) => !used.has(type.file))
    .map(({ import: { path, at }, type }) => ({
      ...locationOf(file.path, at),
      rule: "import-unused",
      severity: "warning",
      message: `"${path}" is imported, and nothing here is a ${type.schema?.fullName ?? path}`,
      help: "remove the import, or use the type",
    }));
}

/** One for each import: of two versions of a type usually several names clash. */
function conflictsOf({ file, conflicts }: LinkedSchema): readonly Finding[] {
  const firsts = new Map(conflicts.toReversed().map((conflict) => [conflict.import, conflict]));
  return [...firsts.values()].toReversed().map(({ import: { path, at }, first, second }) => ({
    ...locationOf(file.path, at),
    rule: "import-conflict",
    severity: "error",
    message: `"${path}" brings ${second.fullName} as ${second.at.file} defines it, and the imports before it as ${first.at.file} does: a schema holds one definition of a name`,
    help: `use one of the two throughout, which may take a new version of a type that imports the other one${freshName(second)}`,
    related: { ...locationOf(file.path, first.at), message: `the other definition of ${first.fullName}` },
  }));
}

/** Two versions of one type can stand side by side when the later one has a name of its own. */
function freshName({ at, fullName }: NamedSchema): string {
  const place = parseTypePath(at.file ?? "");
  if (place === null || place.version === 1 || fullName !== typeFullNameFor(place.name, 1)) return "";
  return `; while ${at.file} is not released it can also be renamed ${typeFullNameFor(place.name, place.version)}`;
}

function nestingOf({ file, nesting }: LinkedSchema): readonly Finding[] {
  if (nesting <= deepest) return [];
  return [
    {
      ...locationOf(file.path, { line: 1, column: 1 }),
      rule: "import-invalid",
      severity: "error",
      message: `with its imported types in place the schema nests ${nesting} levels deep, and Avro's readers take ${deepest}`,
      help: "import fewer types within types",
    },
  ];
}
