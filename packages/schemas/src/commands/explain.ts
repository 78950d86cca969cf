import type { Command } from "commander";
import type { Action, CliContext, ExitCode } from "../cli-context.ts";
import { SchemasError } from "../errors.ts";
import { documentedRules, rulePage } from "../rule-pages.ts";

const help = `
Prints what a rule finds, why it is there and what to do, as docs/rules of this package has it.
Without a rule it lists them all.

Examples:
  $ schemas explain incompatible
  $ schemas explain money-float
`;

/** `schemas explain`. */
export function addExplainCommand(program: Command, context: CliContext, run: (action: Action) => Promise<void>): void {
  program
    .command("explain")
    .summary("say why a rule of check or lint is there, and what to do")
    .argument("[rule...]", "ids of rules, as findings name them")
    .addHelpText("after", help)
    .action((ids: readonly string[]) => run(async () => explain(context, ids)));
}

function explain(context: CliContext, ids: readonly string[]): ExitCode {
  if (ids.length === 0) context.print(`${documentedRules.join("\n")}\n`);
  const pages = ids.map((id) => {
    const rule = documentedRules.find((known) => known === id);
    if (rule !== undefined) return rulePage(rule);
    throw new SchemasError("usage", `There is no rule "${id}". The rules are ${documentedRules.join(", ")}.`);
  });
  context.print(pages.join("\n"));
  return 0;
}
