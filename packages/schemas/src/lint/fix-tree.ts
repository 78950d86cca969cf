import { buildSchemaTree, type SchemaTree } from "../schema-tree.ts";
import type { TreeFile, TreeFiles } from "../tree-files.ts";
import { lintTree } from "./lint-tree.ts";
import { applyFixes } from "./text-edits.ts";

/** A tree with its safe fixes applied. */
export interface FixedTree {
  readonly tree: SchemaTree;
  /** The files that differ now, with the number of fixes in each. */
  readonly changed: readonly (TreeFile & { readonly fixes: number })[];
}

/** Fixes that overlap wait for the next pass; nested ones go as deep as types nest in practice. */
const passLimit = 10;

/** Applies the fixes of all rules that are on, pass by pass until none is left. */
export function fixTree(
  start: SchemaTree,
  { files, config, lock }: Pick<TreeFiles, "files" | "config" | "lock">,
): FixedTree {
  const changed = new Map<string, TreeFile & { readonly fixes: number }>();
  let tree = start;
  for (let pass = 0; pass < passLimit; pass += 1) {
    const { fixes } = lintTree(tree, lock);
    if (fixes.size === 0) break;
    const current = files.map((file) => changed.get(file.path) ?? file);
    for (const file of current) {
      const edits = fixes.get(file.path);
      if (edits === undefined) continue;
      const { content, applied } = editContent(file.content, edits);
      changed.set(file.path, { path: file.path, content, fixes: (changed.get(file.path)?.fixes ?? 0) + applied });
    }
    tree = buildSchemaTree(
      config,
      files.map((file) => changed.get(file.path) ?? file),
    );
  }
  return { tree, changed: [...changed.values()] };
}

type Fixes = Parameters<typeof applyFixes>[1];

/** Keeps a byte order mark, line ends and everything else between the edits. */
function editContent(content: Uint8Array, fixes: Fixes): { readonly content: Uint8Array; readonly applied: number } {
  const decoded = new TextDecoder("utf-8", { ignoreBOM: true }).decode(content);
  const mark = decoded.startsWith("\ufeff") ? "\ufeff" : "";
  const { text, applied } = applyFixes(decoded.slice(mark.length), fixes);
  return { content: new TextEncoder().encode(mark + text), applied };
}
