import { join } from "node:path";
import type { CliContext } from "../cli-context.ts";
import { buildSchemaTree, type SchemaTree } from "../schema-tree.ts";
import { displayPath, readTree, type TreeFiles } from "../tree-files.ts";

/** A tree as the commands use it. */
export interface LoadedTree {
  readonly files: TreeFiles;
  readonly tree: SchemaTree;
  /** A file of the tree as the user would type its path. */
  readonly pathOf: (file: string) => string;
}

/** Reads the tree that a command is about. @throws SchemasError */
export async function loadTree(context: CliContext, directory: string | undefined): Promise<LoadedTree> {
  const files = await readTree(context.cwd, directory);
  return {
    files,
    tree: buildSchemaTree(files.config, files.files),
    pathOf: (file) => displayPath(context.cwd, join(files.root, file)),
  };
}
