import { spawn } from "node:child_process";
import { reasonOf, systemCodeOf } from "../error-reason.ts";
import { SchemasError } from "../errors.ts";

/** Where git runs. */
export interface GitPlace {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

interface GitOutput {
  readonly code: number | null;
  readonly stdout: Buffer;
  /** The first line of what git said. */
  readonly reason: string;
}

/** An entry of a commit's tree. */
export interface GitFile {
  /** Relative to the folder that git runs in. */
  readonly path: string;
  readonly objectId: string;
}

/** The id of the commit that a ref names. @throws SchemasError `baseline-unreachable` */
export async function resolveCommit(place: GitPlace, ref: string): Promise<string> {
  const { code, stdout, reason } = await git(place, ["rev-parse", "--verify", "--quiet", `${ref}^{commit}`]);
  if (code === 0) return stdout.toString("utf8").trim();
  throw reason === ""
    ? unreachable(
        `git knows no commit "${ref}" here. Check the name, or fetch it first: a CI checkout often holds one commit only (with actions/checkout set fetch-depth: 0 and name the branch origin/<branch>).`,
      )
    : unreachable(`git cannot read "${place.cwd}": ${reason}. The tree must be in a git repository.`);
}

/** The newest commit that HEAD and another one have in common. @throws SchemasError `baseline-unreachable` */
export async function mergeBaseOf(place: GitPlace, ref: string): Promise<string> {
  const commit = await resolveCommit(place, ref);
  const { code, stdout, reason } = await git(place, ["merge-base", "HEAD", commit]);
  if (code === 0) return stdout.toString("utf8").trim();
  throw unreachable(
    `git finds no commit that HEAD and "${ref}" have in common${reason === "" ? "" : `: ${reason}`}. In a shallow clone fetch the history first, as by "git fetch --unshallow".`,
  );
}

/** The regular files below the folder, as a commit has them. Symbolic links and submodules are left out. */
export async function listCommit(place: GitPlace, commit: string): Promise<readonly GitFile[]> {
  const { code, stdout, reason } = await git(place, ["ls-tree", "-r", "-z", commit]);
  if (code !== 0) throw unreachable(`git cannot list commit ${commit}: ${reason}.`);
  const entries = stdout.toString("utf8").split("\0");
  return entries.flatMap((entry) => {
    const [, objectId, path] = /^100\d{3} blob ([0-9a-f]+)\t(.*)$/s.exec(entry) ?? [];
    return objectId === undefined || path === undefined ? [] : [{ objectId, path }];
  });
}

/** The contents of objects, in order, by one process. @throws SchemasError `baseline-unreachable` */
export async function readObjects(place: GitPlace, objectIds: readonly string[]): Promise<readonly Uint8Array[]> {
  if (objectIds.length === 0) return [];
  const { code, stdout, reason } = await git(place, ["cat-file", "--batch"], `${objectIds.join("\n")}\n`);
  if (code !== 0) throw unreachable(`git cannot read the objects of the baseline: ${reason}.`);
  let offset = 0;
  return objectIds.map((objectId) => {
    const end = stdout.indexOf("\n", offset);
    const header = stdout.toString("utf8", offset, end);
    const size = /^[0-9a-f]+ blob (\d+)$/.exec(header)?.[1];
    if (size === undefined) throw unreachable(`git cannot read the object ${objectId} of the baseline: ${header}.`);
    const start = end + 1;
    offset = start + Number(size) + 1; // a newline follows each content
    return stdout.subarray(start, start + Number(size));
  });
}

/** In a hook git sets these for its own folder; here they would lead to another repository or index. */
const hookVariables = {
  GIT_DIR: undefined,
  GIT_WORK_TREE: undefined,
  GIT_INDEX_FILE: undefined,
  GIT_PREFIX: undefined,
};

function git(place: GitPlace, args: readonly string[], input = ""): Promise<GitOutput> {
  return new Promise((resolve, reject) => {
    const child = spawn("git", args, {
      cwd: place.cwd,
      env: { ...place.env, ...hookVariables, LC_ALL: "C", GIT_OPTIONAL_LOCKS: "0", GIT_TERMINAL_PROMPT: "0" },
      windowsHide: true,
    });
    const stdout: Buffer[] = [];
    let stderr = "";
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    // A git that ended early no longer reads; its exit code and message tell why.
    child.stdin.on("error", () => undefined).end(input);
    child.once("error", (error) => reject(unstartable(error)));
    child.once("close", (code) => {
      resolve({ code, stdout: Buffer.concat(stdout), reason: stderr.trim().split("\n")[0] ?? "" });
    });
  });
}

function unstartable(error: Error): SchemasError {
  const why = systemCodeOf(error) === "ENOENT" ? "there is no program git on the PATH" : reasonOf(error);
  return new SchemasError("baseline-unreachable", `git could not be run: ${why}.`, { cause: error });
}

function unreachable(message: string): SchemasError {
  return new SchemasError("baseline-unreachable", message);
}
