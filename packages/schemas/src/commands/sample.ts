import { frame } from "@waybill/events";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Action, CliContext, ExitCode } from "../cli-context.ts";
import { SchemasError } from "../errors.ts";
import { findVersion, requireEventReference } from "../event-reference.ts";
import { jsonText } from "../json-text.ts";
import { sampleEvents } from "../sample/sample-events.ts";
import { descriptorOf } from "../version-descriptor.ts";
import { loadTree } from "./load.ts";

const help = `
Prints made-up events, one a line, that are valid by the schema; each is encoded to prove it. Values
follow the names of fields and their logical types. The same seed gives the same events, and a
greater count begins with those of a smaller one.

In JSON a long is an integer with all its digits, a timestamp is ISO 8601, a decimal is a string,
and bytes are base64, as "schemas decode" prints them. hex and base64 give Avro's bytes instead,
behind the 5 bytes of the registry's wire format with --frame.

Examples:
  $ schemas sample orders.order.placed
  $ schemas sample orders.order.placed@1 --count 100 --seed 7
  $ schemas sample orders.order.placed --as hex | schemas decode orders.order.placed
`;

interface SampleOptions {
  readonly tree?: string;
  readonly count: number;
  readonly seed: number;
  readonly as: "json" | "hex" | "base64";
  readonly frame?: number;
}

/** `schemas sample`. */
export function addSampleCommand(program: Command, context: CliContext, run: (action: Action) => Promise<void>): void {
  program
    .command("sample")
    .summary("print random valid events")
    .argument("<event>", "domain.entity.action, with @N for version N")
    .option("--tree <dir>", "the schema tree (default: . or ./schemas)")
    .option("--count <n>", "how many events, 1 to 100000", integerParser(1, 100_000), 1)
    .option("--seed <n>", "start of the random numbers", integerParser(0, 0xffffffff), 0)
    .addOption(new Option("--as <form>", "form of each line").choices(["json", "hex", "base64"]).default("json"))
    .option("--frame <id>", "frame the bytes with a registry's schema id", integerParser(0, 0x7fffffff))
    .addHelpText("after", help)
    .action((event: string, options: SampleOptions) => run(() => sample(context, event, options)));
}

function integerParser(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Give an integer from ${min} to ${max}.`);
  };
}

async function sample(context: CliContext, name: string, options: SampleOptions): Promise<ExitCode> {
  const reference = requireEventReference(name);
  if (options.frame !== undefined && options.as === "json") {
    throw new SchemasError("usage", "--frame is for bytes. Give --as hex or --as base64 with it.");
  }
  const { tree } = await loadTree(context, options.tree);
  const found = findVersion(tree, reference);
  const descriptor = descriptorOf(found);
  const events = sampleEvents(found.version, options.seed);
  for (let printed = 0; printed < options.count; printed += 1) {
    const { value } = events.next();
    const bytes = descriptor.encode(value);
    context.print(`${options.as === "json" ? jsonText(value) : bytesText(bytes, options)}\n`);
  }
  return 0;
}

function bytesText(payload: Uint8Array, { as, frame: id }: SampleOptions): string {
  const bytes = id === undefined ? payload : frame(id, payload);
  return Buffer.from(bytes).toString(as === "hex" ? "hex" : "base64");
}
