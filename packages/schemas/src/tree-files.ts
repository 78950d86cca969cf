import { type Dirent, readdirSync, readFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import { configFileName, parseConfig, type SchemasConfig } from "./config.ts";
import { reasonOf, systemCodeOf } from "./error-reason.ts";
import { SchemasError } from "./errors.ts";
import { compareFiles } from "./finding.ts";
import type { JsonFileProblem } from "./json-file.ts";
import { lockFileName, parseLock, type SchemaLock } from "./lock-file.ts";

/** A file of a schema tree. */
export interface TreeFile {
  /** Relative to the tree, with `/`. */
  readonly path: string;
  readonly content: Uint8Array;
}

/** What stands on disk. */
export interface TreeFiles {
  /** Absolute path of the tree. */
  readonly root: string;
  readonly config: SchemasConfig;
  readonly lock: SchemaLock;
  /** Whether there is a lock file; without one the lock is empty. */
  readonly hasLock: boolean;
  /** Every file but the config, the lock, Markdown and hidden files, sorted. */
  readonly files: readonly TreeFile[];
}

/**
 * Reads a schema tree.
 *
 * @param directory The folder with `schemas.config.json`. Default: the working directory, or its folder `schemas`.
 * @throws SchemasError `tree-not-found`, `config-invalid`, `lock-invalid`, `file-unreadable`
 */
export async function readTree(cwd: string, directory?: string): Promise<TreeFiles> {
  const root = await findRoot(cwd, directory);
  const pathOf = (file: string) => displayPath(cwd, join(root, file));
  await requireFile(root, configFileName, pathOf);
  const { config, problems } = parseConfig(read(root, configFileName, pathOf));
  if (problems !== null) throw invalid("config-invalid", problems, pathOf);
  const lock = await readLock(root, pathOf);
  const files = listFiles(root, pathOf).map((path) => ({ path, content: read(root, path, pathOf) }));
  return { root, config, lock: lock ?? new Map(), hasLock: lock !== null, files };
}

/** A path as messages show it: relative to the working directory where that is shorter. */
export function displayPath(cwd: string, path: string): string {
  const shown = relative(cwd, path);
  return (shown.startsWith("..") ? path : shown || ".").replaceAll(sep, "/");
}

async function findRoot(cwd: string, directory: string | undefined): Promise<string> {
  if (directory === undefined) {
    for (const candidate of [cwd, join(cwd, "schemas")]) {
      if ((await kindOf(join(candidate, configFileName))) !== null) return candidate;
    }
    throw new SchemasError(
      "tree-not-found",
      `Neither "${cwd}" nor its folder "schemas" holds ${configFileName}. Name the schema tree, as in "schemas check path/to/schemas", or make one with "schemas init".`,
    );
  }
  const root = resolve(cwd, directory);
  const kind = await kindOf(root);
  if (kind === null)
    throw new SchemasError("tree-not-found", `The folder "${directory}" does not exist. Check the path.`);
  if (kind !== "folder") {
    throw new SchemasError("tree-not-found", `"${directory}" is a file. Name the folder that holds ${configFileName}.`);
  }
  if ((await kindOf(join(root, configFileName))) === null) {
    throw new SchemasError(
      "tree-not-found",
      `The folder "${directory}" is no schema tree: it holds no ${configFileName}. Check the path, or make a tree with "schemas init ${directory}".`,
    );
  }
  return root;
}

async function kindOf(path: string): Promise<"file" | "folder" | "other" | null> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return "folder";
    return found.isFile() ? "file" : "other";
  } catch (error) {
    if (isMissing(error)) return null;
    throw unreadable(path, error);
  }
}

/** Reading a pipe or a device could wait for ever. */
async function requireFile(root: string, file: string, pathOf: (file: string) => string): Promise<void> {
  if ((await kindOf(join(root, file))) !== "file") throw notAFile(pathOf(file));
}

async function readLock(root: string, pathOf: (file: string) => string): Promise<SchemaLock | null> {
  if ((await kindOf(join(root, lockFileName))) === null) return null;
  await requireFile(root, lockFileName, pathOf);
  const { lock, problems } = parseLock(read(root, lockFileName, pathOf));
  if (problems !== null) throw invalid("lock-invalid", problems, pathOf);
  return lock;
}

/** Paths under the root, sorted. Symbolic links are not followed, so a loop of them cannot trap the walk. */
function listFiles(root: string, pathOf: (file: string) => string): readonly string[] {
  const own = new Set([configFileName, lockFileName]);
  const isIgnored = (entry: Dirent, path: string) =>
    entry.name.startsWith(".") || own.has(path) || (entry.isFile() && entry.name.endsWith(".md"));
  function walk(folder: string): readonly string[] {
    return list(join(root, folder), pathOf(folder)).flatMap((entry) => {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (isIgnored(entry, path)) return [];
      if (entry.isSymbolicLink()) throw symbolicLink(pathOf(path));
      const isFolder = entry.isDirectory();
      if (isFolder ? path.endsWith(".avsc") : !entry.isFile()) throw notAFile(pathOf(path));
      return isFolder ? walk(path) : [path];
    });
  }
  return walk("").toSorted(compareFiles);
}

function list(path: string, shown: string): readonly Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (error) {
    throw unreadable(shown, error);
  }
}

/** Synchronous: nothing else waits, and by promises 10,000 small files take five times as long. */
function read(root: string, file: string, pathOf: (file: string) => string): Uint8Array {
  try {
    return readFileSync(join(root, file));
  } catch (error) {
    throw unreadable(pathOf(file), error);
  }
}

function symbolicLink(shown: string): SchemasError {
  return new SchemasError(
    "file-unreadable",
    `"${shown}" is a symbolic link, and a schema tree must hold its files itself. Replace it with the file.`,
  );
}

function notAFile(shown: string): SchemasError {
  return new SchemasError(
    "file-unreadable",
    `"${shown}" is a folder, a pipe or a device, and must be a file. Move it out of the schema tree.`,
  );
}

function unreadable(shown: string, error: unknown): SchemasError {
  return new SchemasError("file-unreadable", `Cannot read "${shown}": ${reasonOf(error)}.`, { cause: error });
}

function isMissing(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR"].includes(systemCodeOf(error) ?? "");
}

function invalid(
  code: "config-invalid" | "lock-invalid",
  problems: readonly JsonFileProblem[],
  pathOf: (file: string) => string,
): SchemasError {
  const lines = problems.map(({ file, line, column, message }) => `${pathOf(file)}:${line}:${column}: ${message}`);
  const remedy =
    code === "config-invalid"
      ? "Correct the config."
      : 'The lock is written by "schemas release": restore it from version control instead of editing it.';
  return new SchemasError(code, `${lines.join("\n")}\n${remedy}`);
}
