import type { Command } from "commander";
import type { CliEnvironment } from "../cli-environment.ts";
import { addDeadLettersCommands } from "./dead-letters/dead-letters-commands.ts";
import { addDoctorCommand } from "./doctor/doctor-command.ts";
import { addInspectCommand } from "./inspect/inspect-command.ts";
import { addReplayCommand } from "./replay/replay-command.ts";
import { addSeedCommand } from "./seed/seed-command.ts";
import { addStatusCommand } from "./status/status-command.ts";
import { addTopicsCommand } from "./topics/topics-command.ts";

/** The commands of whoever operates the relay. */
export function addOperatorCommands(program: Command, environment: CliEnvironment): void {
  addStatusCommand(program, environment);
  addDoctorCommand(program, environment);
  addInspectCommand(program, environment);
  addDeadLettersCommands(program, environment);
  addTopicsCommand(program, environment);
  addReplayCommand(program, environment);
  addSeedCommand(program, environment);
}
