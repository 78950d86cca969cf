import { mkdir, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import type { Action, CliContext, ExitCode } from "../cli.ts";
import { isNpmScope } from "../config.ts";
import { SchemasError } from "../errors.ts";
import { starterFiles } from "../starter-files.ts";
import { displayPath } from "../tree-files.ts";

const help = `
Writes schemas.config.json and a first event, orders.order.placed, to rename or to build on.
Overwrites nothing.

Examples:
  $ schemas init
  $ schemas init services/shop/schemas --scope @acme-events --out ../generated
`;

interface InitOptions {
  readonly scope: string;
  readonly out: string;
}

/** `schemas init`. */
export function addInitCommand(program: Command, context: CliContext, run: (action: Action) => Promise<void>): void {
  program
    .command("init")
    .summary("make a schema tree with a first event")
    .argument("[dir]", "folder of the new tree", "schemas")
    .option("--scope <scope>", "npm scope of the generated packages", parseScope, "@events")
    .option("--out <folder>", "folder of the generated packages, relative to the tree", "../events")
    .addHelpText("after", help)
    .action((dir: string, options: InitOptions) => run(() => init(context, dir, options)));
}

function parseScope(scope: string): string {
  if (isNpmScope(scope)) return scope;
  throw new InvalidArgumentError("An npm scope looks like @acme-events.");
}

async function init(context: CliContext, dir: string, options: InitOptions): Promise<ExitCode> {
  const root = resolve(context.cwd, dir);
  const files = starterFiles(options);
  const shown = (path: string) => displayPath(context.cwd, join(root, path));
  for (const path of files.keys()) {
    if (await exists(join(root, path))) {
      throw new SchemasError(
        "file-exists",
        `"${shown(path)}" exists already, and nothing was written. Name another folder, or go on with the tree that is there.`,
      );
    }
  }
  for (const [path, text] of files) {
    await writeNew(join(root, path), shown(path), text);
    context.print(`Wrote ${shown(path)}\n`);
  }
  const tree = dir === "schemas" || dir === "." ? "" : ` ${dir}`;
  context.print(`Next: schemas check${tree}, then schemas release${tree} and schemas generate${tree}\n`);
  return 0;
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    // ENOTDIR and the like are for the write to report, with the path that it fails on.
    if (error instanceof Error) return false;
    throw error;
  }
}

async function writeNew(path: string, shown: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { flag: "wx" });
  } catch (error) {
    const reason = error instanceof Error ? error.message : "unknown reason";
    throw new SchemasError("file-unwritable", `Cannot write "${shown}": ${reason}.`, { cause: error });
  }
}
