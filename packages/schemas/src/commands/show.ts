import { canonicalForm } from "@waybill/avro";
import { type Command, Option } from "commander";
import type { Action, CliContext, ExitCode } from "../cli-context.ts";
import { findVersion, requireEventReference } from "../event-reference.ts";
import { indentedJson } from "../json-text.ts";
import { describeVersion, formatVersion } from "../version-details.ts";
import { describeType, formatType } from "../shared-types/type-details.ts";
import { findType, parseTypeReference, type TypeReference } from "../shared-types/type-reference.ts";
import { loadTree } from "./load.ts";

const help = `
Shows the newest version, or with @N version N: its fields with their types, defaults and docs, its
topic, subject and key, and its fingerprints. CRC-64-AVRO, MD5 and SHA-256 are those of the Parsing
Canonical Form; "text SHA-256" is the one in the lock, and "schema id" the one in the outbox.
Of a shared type, types/<name>, it shows the fields, what it imports and the events that it is part of.

Examples:
  $ schemas show orders.order.placed
  $ schemas show orders.order.placed@1 --json
  $ schemas show orders.order.placed@1 --canonical
  $ schemas show types/money
`;

interface ShowOptions {
  readonly tree?: string;
  readonly json?: true;
  readonly canonical?: true;
}

/** `schemas show`. */
export function addShowCommand(program: Command, context: CliContext, run: (action: Action) => Promise<void>): void {
  program
    .command("show")
    .summary("show a version of an event: fields, docs, fingerprints")
    .argument("<event>", "domain.entity.action or types/<name>, with @N for version N")
    .option("--tree <dir>", "the schema tree (default: . or ./schemas)")
    .option("--json", "print JSON")
    .addOption(new Option("--canonical", "print the Parsing Canonical Form alone").conflicts("json"))
    .addHelpText("after", help)
    .action((event: string, options: ShowOptions) => run(() => show(context, event, options)));
}

async function show(context: CliContext, name: string, options: ShowOptions): Promise<ExitCode> {
  const typeReference = parseTypeReference(name);
  if (typeReference !== null) return showType(context, typeReference, options);
  const reference = requireEventReference(name);
  const { files, tree, pathOf } = await loadTree(context, options.tree);
  const found = findVersion(tree, reference);
  if (options.canonical === true) {
    context.print(`${canonicalForm(found.version.record)}\n`);
    return 0;
  }
  const described = describeVersion(tree, files.lock, found);
  const details = { ...described, file: pathOf(described.file), imports: described.imports.map(pathOf) };
  context.print(options.json === true ? `${indentedJson(details)}\n` : formatVersion(details));
  return 0;
}

async function showType(context: CliContext, reference: TypeReference, options: ShowOptions): Promise<ExitCode> {
  const { files, tree, pathOf } = await loadTree(context, options.tree);
  const type = findType(tree.types, reference);
  if (options.canonical === true) {
    context.print(`${canonicalForm(type.schema)}\n`);
    return 0;
  }
  const described = describeType(tree, files.lock, type);
  const details = { ...described, file: pathOf(described.file), imports: described.imports.map(pathOf) };
  context.print(options.json === true ? `${indentedJson(details)}\n` : formatType(details));
  return 0;
}
