import { describeJson, type JsonNode, type JsonObjectNode, parseJson } from "@waybill/avro";
import type { Location } from "./finding.ts";

/** Something wrong in a JSON file of the tree, with its place. */
export interface JsonFileProblem extends Location {
  readonly message: string;
}

/**
 * Reads a JSON file whose shape is known, and gathers everything that is wrong with it: syntax, repeated keys, unknown
 * keys, wrong types. Readers go on after a problem, so that one run reports all of them.
 */
export class JsonFileReader {
  readonly #file: string;
  readonly #problems: JsonFileProblem[] = [];

  /** @param file Path relative to the schema tree, for the problems. */
  constructor(file: string) {
    this.#file = file;
  }

  get problems(): readonly JsonFileProblem[] {
    return this.#problems;
  }

  /** The object that the file holds, or null when it holds none. */
  root(content: Uint8Array): JsonObjectNode | null {
    const { root, problems } = parseJson(content, { file: this.#file });
    for (const problem of problems) this.#problems.push({ ...this.locate(problem.at), message: problem.message });
    return root === null ? null : this.object(root, "the file");
  }

  object(node: JsonNode, what: string): JsonObjectNode | null {
    if (node.kind === "object") return node;
    return this.wrong(node, `${what} must be an object, not ${describeJson(node)}`);
  }

  string(node: JsonNode, what: string): string | null {
    if (node.kind === "string" && node.value !== "") return node.value;
    const found = node.kind === "string" ? "empty" : describeJson(node);
    return this.wrong(node, `${what} must be a string, not ${found}`);
  }

  /** Reports every key that is not among the known ones. */
  knownKeys(object: JsonObjectNode, known: readonly string[], what: string): void {
    for (const [key, member] of object.members) {
      if (!known.includes(key)) this.wrong(member, `${what} has no setting "${key}"; it has ${known.join(", ")}`);
    }
  }

  /** Notes a problem and returns null, the value of what could not be read. */
  wrong(node: JsonNode, message: string): null {
    this.#problems.push({ ...this.locate(node.at), message });
    return null;
  }

  locate(at: JsonNode["at"]): Location {
    return { file: this.#file, line: at.line, column: at.column };
  }
}
