import { displayPath, readTree } from "../tree-files.ts";
import { resolve } from "node:path";
import { SchemasError } from "../errors.ts";
import { createRegistryClient } from "../registry-client.ts";
import { buildSchemaTree, type SchemaTree } from "../schema-tree.ts";
import { type Baseline, type BaselineSource, releasedIn } from "./baseline.ts";
import { readGitBaseline } from "./git-baseline.ts";
import { readRegistryBaseline } from "./registry-baseline.ts";

/** What reading a baseline needs to know. */
export interface BaselineContext {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute path of the tree that is checked. */
  readonly root: string;
  readonly tree: SchemaTree;
}

/**
 * Reads the released versions that a tree is compared with; null for the lock, which every check reads anyway.
 *
 * @throws SchemasError `baseline-unreachable` when there is no such baseline or it cannot be read; `usage` when a
 * registry is asked for and none is named
 */
export async function readBaseline(source: BaselineSource, context: BaselineContext): Promise<Baseline | null> {
  const { cwd, env, root, tree } = context;
  switch (source.kind) {
    case "lock":
      return null;
    case "git":
      return readGitBaseline(source, tree, { cwd: root, env });
    case "folder":
      return reached(() => readFolder(cwd, source.path, tree));
    case "registry": {
      const client = createRegistryClient({ url: source.url ?? defaultRegistry(context) });
      return reached(() => readRegistryBaseline(tree.config, tree.events, client));
    }
  }
}

async function readFolder(cwd: string, path: string, tree: SchemaTree): Promise<Baseline> {
  const { files, lock, hasLock } = await readTree(cwd, path);
  const released = releasedIn(buildSchemaTree(tree.config, files, tree), hasLock ? lock : null);
  return { label: displayPath(cwd, resolve(cwd, path)), events: released, identity: "text" };
}

function defaultRegistry({ env, tree }: BaselineContext): string {
  const url = env["SCHEMA_REGISTRY_URL"] ?? tree.config.registryUrl;
  if (url) return url;
  throw new SchemasError(
    "usage",
    'No registry is named. Give --against <url>, set SCHEMA_REGISTRY_URL, or set "registry": { "url": … } in the config.',
  );
}

/** Whatever keeps a baseline from being read is told apart from what is wrong with the tree itself. */
async function reached(read: () => Promise<Baseline>): Promise<Baseline> {
  try {
    return await read();
  } catch (error) {
    if (!SchemasError.is(error)) throw error;
    throw new SchemasError("baseline-unreachable", `The baseline could not be read. ${error.message}`, {
      cause: error,
    });
  }
}
