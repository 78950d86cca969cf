import type { Command } from "commander";
import type { Action, CliContext, ExitCode } from "../cli-context.ts";
import { SchemasError } from "../errors.ts";
import { rules } from "../finding.ts";
import { formatRulePage } from "../rules/rule-docs.ts";

const help = `
Prints what a rule finds, why it is there and what to do, as docs/rules of this package has it.
Without a rule it lists them all.

Examples:
  $ schemas explain incompatible
`;

/** `schemas explain`. */
export function addExplainCommand(program: Command, context: CliContext, run: (action: Action) => Promise<void>): void {
  program
    .command("explain")
    .summary("say why a rule of check is there, and what to do")
    .argument("[rule...]", "ids of rules, as findings name them")
    .addHelpText("after", help)
    .action((ids: readonly string[]) => run(async () => explain(context, ids)));
}

function explain(context: CliContext, ids: readonly string[]): ExitCode {
  if (ids.length === 0) context.print(`${rules.join("\n")}\n`);
  const pages = ids.map((id) => {
    const rule = rules.find((known) => known === id);
    if (rule !== undefined) return formatRulePage(rule);
    throw new SchemasError("usage", `There is no rule "${id}". The rules are ${rules.join(", ")}.`);
  });
  context.print(pages.join("\n"));
  return 0;
}
