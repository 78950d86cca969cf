import { SchemasError } from "../errors.ts";
import { lockFileName, parseLock, type SchemaLock } from "../lock-file.ts";
import { buildSchemaTree, type SchemaTree } from "../schema-tree.ts";
import { type Baseline, type BaselineSource, releasedIn } from "./baseline.ts";
import { type GitPlace, listCommit, mergeBaseOf, readObjects, resolveCommit } from "./git.ts";

/**
 * The released versions of the tree's own folder as a commit has them, read from git's objects without a checkout.
 * Empty when the commit does not have the folder.
 *
 * @param current The tree as it stands.
 * @param place The tree's folder.
 * @throws SchemasError `baseline-unreachable`
 */
export async function readGitBaseline(
  source: Extract<BaselineSource, { kind: "git" }>,
  current: SchemaTree,
  place: GitPlace,
): Promise<Baseline> {
  const { ref, isMergeBase } = source;
  const label = `${isMergeBase ? "merge-base" : "git"}:${ref}`;
  const commit = await (isMergeBase ? mergeBaseOf(place, ref) : resolveCommit(place, ref));
  const entries = (await listCommit(place, commit)).filter(
    ({ path }) => path === lockFileName || path.endsWith(".avsc"),
  );
  const contents = await readObjects(
    place,
    entries.map(({ objectId }) => objectId),
  );
  const files = entries.map(({ path }, index) => ({ path, content: contents[index] ?? new Uint8Array() }));
  const lock = lockOf(files.find(({ path }) => path === lockFileName)?.content, label);
  const tree = buildSchemaTree(
    current.config,
    files.filter(({ path }) => path !== lockFileName),
    current,
  );
  return { label, events: releasedIn(tree, lock), identity: "text" };
}

function lockOf(content: Uint8Array | undefined, label: string): SchemaLock | null {
  if (content === undefined) return null;
  const { lock, problems } = parseLock(content);
  if (lock !== null) return lock;
  const lines = problems.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`);
  throw new SchemasError(
    "baseline-unreachable",
    `The lock of the baseline ${label} cannot be read, so what is released there is not known:\n${lines.join("\n")}`,
  );
}
