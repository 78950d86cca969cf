import type { Command } from "commander";
import type { CliEnvironment } from "../../cli-environment.ts";
import { addDiscardCommand } from "./discard-command.ts";
import { addListCommand } from "./list-command.ts";
import { addRedriveCommand } from "./redrive-command.ts";
import { addShowCommand } from "./show-command.ts";

/** `outbox-relay dead-letters` */
export function addDeadLettersCommands(program: Command, environment: CliEnvironment): void {
  const group = program
    .command("dead-letters")
    .description("Events that could not be published: look at them, publish them after all, or give them up.");
  addListCommand(group, environment);
  addShowCommand(group, environment);
  addRedriveCommand(group, environment);
  addDiscardCommand(group, environment);
}
