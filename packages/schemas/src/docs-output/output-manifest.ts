import { SchemasError } from "../errors.ts";

/** What `schemas docs` writes. */
export const docsFormats = ["html", "asyncapi", "mermaid", "eventcatalog"] as const;

export type DocsFormat = (typeof docsFormats)[number];

/** The list of what was written, beside it: a file that it does not name is someone else's. */
export const manifestFile = "schemas-docs.json";

/** What a folder holds of ours. */
export interface OutputManifest {
  readonly format: DocsFormat;
  /** Below the folder, with `/`; sorted. */
  readonly files: readonly string[];
}

/** The manifest of some files, as text. */
export function formatManifest(format: DocsFormat, files: Iterable<string>): string {
  const note = "Written by `schemas docs`, which removes these files when they are no longer needed.";
  return `${JSON.stringify({ note, format, files: [...files].toSorted() }, null, 2)}\n`;
}

/** @param path of the file, for the message @throws SchemasError `file-unreadable` when it is not one of ours */
export function parseManifest(text: string, path: string): OutputManifest {
  const value = jsonOf(text);
  const format = docsFormats.find((known) => isObject(value) && value["format"] === known);
  const files: unknown = isObject(value) ? value["files"] : undefined;
  if (format !== undefined && Array.isArray(files) && files.every(isSafePath)) return { format, files };
  throw new SchemasError(
    "file-unreadable",
    `"${path}" is no list of files by "schemas docs". Restore it from version control, or remove the folder and write it anew.`,
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No JSON is as wrong as any other content: the caller tells.
    return null;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A path that cannot lead out of the folder. */
function isSafePath(path: unknown): path is string {
  if (typeof path !== "string" || /[\\\0:]/.test(path)) return false;
  return path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}
