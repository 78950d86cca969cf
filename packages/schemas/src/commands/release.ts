import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { checkTree } from "../check-tree.ts";
import type { Action, CliContext, ExitCode } from "../cli-context.ts";
import { reasonOf } from "../error-reason.ts";
import { SchemasError } from "../errors.ts";
import { countFindings } from "../finding.ts";
import { formatLock, lockFileName } from "../lock-file.ts";
import { countChecked, formatText } from "../report.ts";
import { releaseAll, retire, unreleasedOf } from "../rules/release.ts";
import { unreleasedTypes } from "../rules/shared-types.ts";
import { loadTree } from "./load.ts";

const help = `
Checks the tree and writes every unreleased version into schemas.lock.json, which belongs in
version control. From then on "schemas check" refuses any edit of these versions, and "schemas
push" registers them. The shared types that they use are released with them. What the lock holds
already is never rewritten. With any error in the tree nothing is released.

Examples:
  $ schemas release
  $ schemas release --dry-run
`;

interface ReleaseOptions {
  readonly dryRun?: true;
  readonly retire?: readonly string[];
}

/** `schemas release`. */
export function addReleaseCommand(program: Command, context: CliContext, run: (action: Action) => Promise<void>): void {
  program
    .command("release")
    .summary("lock the unreleased versions, so that they can no longer change")
    .argument("[dir]", "the schema tree (default: . or ./schemas)")
    .option("--dry-run", "show what would be released, and write nothing")
    .option(
      "--retire <event...>",
      "mark released versions as retired, such as orders.order.placed@1, whose files are gone",
    )
    .addHelpText("after", help)
    .action((dir: string | undefined, options: ReleaseOptions) => run(() => release(context, dir, options)));
}

async function release(context: CliContext, dir: string | undefined, options: ReleaseOptions): Promise<ExitCode> {
  const { files, tree, pathOf } = await loadTree(context, dir);
  const retiring = options.retire ?? [];
  const lock = retire(tree, files.lock, retiring);
  const findings = checkTree(tree, lock);
  if (countFindings(findings).error > 0) {
    context.print(formatText(findings, countChecked(tree), pathOf));
    context.printError("error: Nothing was released. Correct the errors above first.\n");
    return 1;
  }
  const unreleased = [
    ...tree.events.flatMap((event) => unreleasedOf(event, lock).map(({ version }) => `${event.name.type} v${version}`)),
    ...unreleasedTypes(tree.events, lock).map(({ file }) => file),
  ];
  if (unreleased.length === 0 && retiring.length === 0) {
    context.print("Every version is released already.\n");
    return 0;
  }
  const shownLock = pathOf(lockFileName);
  if (options.dryRun !== true) {
    await writeLock(join(files.root, lockFileName), shownLock, formatLock(releaseAll(tree, lock)));
  }
  const [released, retired] = options.dryRun === true ? ["Would release", "Would retire"] : ["Released", "Retired"];
  context.print(unreleased.map((version) => `${released} ${version}\n`).join(""));
  context.print(retiring.map((reference) => `${retired} ${reference}\n`).join(""));
  if (options.dryRun !== true) context.print(`Commit ${shownLock} with the schemas.\n`);
  return 0;
}

async function writeLock(path: string, shown: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (error) {
    throw new SchemasError("file-unwritable", `Cannot write "${shown}": ${reasonOf(error)}.`, { cause: error });
  }
}
