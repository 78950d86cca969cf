import { lstat, mkdir, readdir, readFile, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { reasonOf, systemCodeOf } from "../error-reason.ts";
import { SchemasError } from "../errors.ts";
import type { FileChange } from "../generate/output-files.ts";
import { type DocsFormat, formatManifest, manifestFile, parseManifest } from "./output-manifest.ts";

/** What is to be written where. */
export interface DocsOutput {
  /** Absolute path. */
  readonly folder: string;
  /** The folder as the user would type it. */
  readonly shown: string;
  readonly format: DocsFormat;
  /** Below the folder, with `/`. */
  readonly files: ReadonlyMap<string, string>;
  /** Whether the folder may hold other people's files from the start, as a project that the files are added to. */
  readonly isShared: boolean;
}

/** An output together with what the folder lacks. */
export interface PlannedOutput extends DocsOutput {
  readonly changes: readonly FileChange[];
}

/** What says that there is no such file. */
const missing: readonly (string | null)[] = ["ENOENT", "ENOTDIR"];

/**
 * Compares files with a folder. Only what an earlier run wrote is ever replaced or removed.
 *
 * @throws SchemasError `file-exists` when the folder, or a path in it, is someone else's; `file-unreadable`
 */
export async function planOutput(output: DocsOutput): Promise<PlannedOutput> {
  const { folder, shown, format, isShared } = output;
  const files = new Map([...output.files, [manifestFile, formatManifest(format, output.files.keys())]]);
  const own = await readManifest(output);
  if (own === null && !isShared) await refuseForeign(folder, shown);
  const ours = new Set([...(own ?? []), ...(own === null ? [] : [manifestFile])]);
  const changes: FileChange[] = [];
  for (const [path, text] of files) {
    const present = await readPlain(folder, path, shown);
    if (present === null) changes.push({ path, change: "missing" });
    else if (!ours.has(path)) throw foreign(`"${shown}/${path}" is there already, and not by "schemas docs".`);
    else if (present !== text) changes.push({ path, change: "outdated" });
  }
  for (const path of own ?? []) {
    if (!files.has(path) && (await readPlain(folder, path, shown)) !== null)
      changes.push({ path, change: "left over" });
  }
  return { ...output, files, changes: changes.toSorted((left, right) => (left.path < right.path ? -1 : 1)) };
}

/** Makes the folder hold what {@link planOutput} found missing. @throws SchemasError `file-unwritable` */
export async function writePlanned({ folder, shown, files, changes }: PlannedOutput): Promise<void> {
  for (const { path, change } of changes) {
    const target = join(folder, path);
    try {
      if (change === "left over") {
        await rm(target);
        await removeEmptyFolders(folder, dirname(path));
      } else {
        await mkdir(dirname(target), { recursive: true });
        await writeFile(target, files.get(path) ?? "");
      }
    } catch (error) {
      throw new SchemasError("file-unwritable", `Cannot write "${shown}/${path}": ${reasonOf(error)}.`, {
        cause: error,
      });
    }
  }
}

async function readManifest({ folder, shown, format }: DocsOutput): Promise<readonly string[] | null> {
  const text = await readPlain(folder, manifestFile, shown);
  if (text === null) return null;
  const manifest = parseManifest(text, `${shown}/${manifestFile}`);
  if (manifest.format === format) return manifest.files;
  throw foreign(`"${shown}" holds the form ${manifest.format}, not ${format}.`);
}

/** Hidden files, such as .git or .nojekyll, belong to whoever hosts the folder. */
async function refuseForeign(folder: string, shown: string): Promise<void> {
  const [first] = (await entriesOf(folder, shown)).filter((name) => !name.startsWith(".")).toSorted();
  if (first !== undefined)
    throw foreign(`"${shown}" holds files that "schemas docs" did not write, such as "${first}".`);
}

function foreign(what: string): SchemasError {
  return new SchemasError(
    "file-exists",
    `${what} Nothing was written: name another folder with --out, or empty this one.`,
  );
}

async function entriesOf(folder: string, shown: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT") return [];
    if (systemCodeOf(error) === "ENOTDIR") throw foreign(`"${shown}" is a file.`);
    throw unreadable(shown, error);
  }
}

/** The text of a regular file, or null when there is none: what a link leads to is never read or written. */
async function readPlain(folder: string, path: string, shown: string): Promise<string | null> {
  try {
    const target = join(folder, path);
    if (!(await lstat(target)).isFile()) throw foreign(`"${shown}/${path}" is no regular file.`);
    return await readFile(target, "utf8");
  } catch (error) {
    if (missing.includes(systemCodeOf(error))) return null;
    if (SchemasError.is(error)) throw error;
    throw unreadable(`${shown}/${path}`, error);
  }
}

/** The folders that a removed file leaves empty, up to the output folder. */
async function removeEmptyFolders(folder: string, path: string): Promise<void> {
  for (let below = path; below !== "."; below = dirname(below)) {
    if ((await readdir(join(folder, below))).length > 0) return;
    await rmdir(join(folder, below));
  }
}

function unreadable(path: string, error: unknown): SchemasError {
  return new SchemasError("file-unreadable", `Cannot read "${path}": ${reasonOf(error)}.`, { cause: error });
}
