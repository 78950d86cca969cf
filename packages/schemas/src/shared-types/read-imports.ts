import {
  describeJson,
  type JsonNode,
  type ParsedJson,
  parseJson,
  type Schema,
  type SourcePosition,
} from "@waybill/avro";
import { type Finding, locationOf } from "../finding.ts";
import type { TreeFile } from "../tree-files.ts";
import type { SchemaText } from "./inline-types.ts";
import { parseTypePath } from "./type-name.ts";

/** The attribute at the top of a schema that lists the files whose types it uses. */
export const importsAttribute = "waybill.imports";

/** An entry of the list, of the right form; whether there is such a file is another question. */
export interface Import {
  readonly path: string;
  readonly at: SourcePosition;
}

/** The list of a file. */
export interface ImportList {
  readonly imports: readonly Import[];
  readonly place: SchemaText["imports"];
  /** The file's JSON where it had to be read, so that nobody reads it again. */
  readonly json: ParsedJson | null;
  readonly findings: readonly Finding[];
}

const none: ImportList = { imports: [], place: null, json: null, findings: [] };
const marker = Buffer.from(`"${importsAttribute}"`);

/** Reads the list of imports of a schema file; an empty one when the file has none. */
export function readImports(file: TreeFile): ImportList {
  // Most files have none, and to look for the bytes is much quicker than to parse each file twice.
  if (!Buffer.from(file.content.buffer, file.content.byteOffset, file.content.byteLength).includes(marker)) return none;
  const json = parseJson(file.content, { file: file.path });
  const { root } = json;
  if (root === null) return { ...none, json }; // Why is told by whoever reads the schema.
  const node = root.kind === "object" ? root.members.get(importsAttribute) : undefined;
  const misplaced = nodesNamed(root)
    .filter((other) => other !== node)
    .map((other) => {
      const message = `"${importsAttribute}" stands inside the schema, where it has no effect`;
      return invalid(file.path, other, message, topHelp);
    });
  if (root.kind !== "object" || node === undefined) return { ...none, json, findings: misplaced };
  const list = readList(node, file.path);
  return { imports: list.imports, place: { owner: root, node }, json, findings: [...misplaced, ...list.findings] };
}

/** Whether a schema is missing for want of its imports, which says nothing about the file itself. */
export function isUnlinked({ file, content, schema }: Importing): boolean {
  return schema === null && readImports({ path: file, content }).imports.length > 0;
}

interface Importing {
  readonly file: string;
  readonly content: Uint8Array;
  readonly schema: Schema | null;
}

const example = `"${importsAttribute}": ["types/money/v1.avsc"]`;
const topHelp = `list it at the top of the file, beside "type" and "name": ${example}`;
const formHelp = `a shared type is types/<name>/v<N>.avsc, relative to the schema tree: ${example}`;

function readList(node: JsonNode, file: string): Pick<ImportList, "imports" | "findings"> {
  if (node.kind !== "array") {
    const message = `"${importsAttribute}" must be an array of paths, not ${describeJson(node)}`;
    return { imports: [], findings: [invalid(file, node, message, formHelp)] };
  }
  const imports: Import[] = [];
  const findings: Finding[] = [];
  for (const element of node.elements) {
    const path = element.kind === "string" ? element.value : null;
    const fault = faultOf(element, imports);
    if (fault !== null) findings.push(invalid(file, element, fault, path === null ? formHelp : helpFor(path, imports)));
    else if (path !== null) imports.push({ path, at: element.at });
  }
  return { imports, findings };
}

function faultOf(element: JsonNode, earlier: readonly Import[]): string | null {
  if (element.kind !== "string") return `an import must be the path of a file, not ${describeJson(element)}`;
  const { value: path } = element;
  if (leavesTree(path)) return `the import "${path}" leaves the schema tree, and a tree must hold its types itself`;
  if (parseTypePath(path) === null) return `the import "${path}" is not the path of a shared type`;
  return earlier.some((other) => other.path === path) ? `"${path}" is imported twice` : null;
}

/** An absolute path, an address, or one that climbs. */
function leavesTree(path: string): boolean {
  return /^[\\/]|^[A-Za-z][A-Za-z0-9+.-]*:|(?:^|[\\/])\.\.(?:[\\/]|$)/.test(path);
}

function helpFor(path: string, earlier: readonly Import[]): string {
  return earlier.some((other) => other.path === path) ? "remove one of the two" : formHelp;
}

function invalid(file: string, node: JsonNode, message: string, help: string): Finding {
  return { ...locationOf(file, node.at), rule: "import-invalid", severity: "error", message, help };
}

/** The values of every member with the attribute's name. */
function nodesNamed(node: JsonNode): readonly JsonNode[] {
  if (node.kind === "array") return node.elements.flatMap(nodesNamed);
  if (node.kind !== "object") return [];
  return [...node.members].flatMap(([key, member]) => (key === importsAttribute ? [member] : nodesNamed(member)));
}
