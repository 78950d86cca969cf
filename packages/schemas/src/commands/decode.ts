import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type Command, Option } from "commander";
import type { Action, CliContext, ExitCode } from "../cli-context.ts";
import { decodeMessage, decodeWritten, framedCandidate, writerRecordName } from "../decode-message.ts";
import { reasonOf } from "../error-reason.ts";
import { SchemasError } from "../errors.ts";
import {
  type EventReference,
  findEvent,
  findVersion,
  type FoundVersion,
  requireEventReference,
} from "../event-reference.ts";
import { indentedJson } from "../json-text.ts";
import { type MessageCandidate, messageCandidates, type MessageEncoding, messageEncodings } from "../message-bytes.ts";
import { createRegistryClient } from "../registry-client.ts";
import type { SchemaTree } from "../schema-tree.ts";
import { loadTree } from "./load.ts";

const help = `
Prints a message's data as JSON, and on standard error how it was read. The message is Avro's bytes,
bare or behind the 5 bytes of the registry's wire format, in binary, hex or base64; what it is is
found by trying.

Without --registry the message must have been written with the version that is named, by default the
newest. With --registry its writer's schema comes from there by the message's id, and the data is
shown as the named version reads it, by default the newest of the writer's generation.

Examples:
  $ schemas decode orders.order.placed message.bin
  $ schemas sample orders.order.placed --as hex | schemas decode orders.order.placed
  $ schemas decode orders.order.placed message.b64 --registry http://localhost:8081
`;

interface DecodeOptions {
  readonly tree?: string;
  readonly encoding: MessageEncoding;
  readonly registry?: string;
}

/** `schemas decode`. */
export function addDecodeCommand(program: Command, context: CliContext, run: (action: Action) => Promise<void>): void {
  program
    .command("decode")
    .summary("print a message's bytes as JSON")
    .argument("<event>", "domain.entity.action, with @N for version N")
    .argument("[file]", "the file with the message; - for standard input", "-")
    .option("--tree <dir>", "the schema tree (default: . or ./schemas)")
    .addOption(new Option("--encoding <encoding>", "form of the file").choices(messageEncodings).default("auto"))
    .option("--registry <url>", "take the writer's schema from this registry")
    .addHelpText("after", help)
    .action((event: string, file: string, options: DecodeOptions) => run(() => decode(context, event, file, options)));
}

async function decode(context: CliContext, name: string, file: string, options: DecodeOptions): Promise<ExitCode> {
  const reference = requireEventReference(name);
  const { tree } = await loadTree(context, options.tree);
  const candidates = messageCandidates(await readMessage(context, file), options.encoding);
  if (options.registry !== undefined) {
    return decodeByRegistry(context, { tree, reference, candidates, url: options.registry });
  }
  const found = findVersion(tree, reference);
  const { data, encoding, registryId } = decodeMessage(candidates, found);
  return report(context, found, data, registryId === null ? encoding : `${encoding}, registry id ${registryId}`);
}

interface RegistryDecoding {
  readonly tree: SchemaTree;
  readonly reference: EventReference;
  readonly candidates: readonly MessageCandidate[];
  readonly url: string;
}

async function decodeByRegistry(
  context: CliContext,
  { tree, reference, candidates, url }: RegistryDecoding,
): Promise<ExitCode> {
  const { encoding, registryId, payload } = framedCandidate(candidates);
  const writerSchema = await createRegistryClient({ url }).byId(registryId);
  const found = readerFor(tree, reference, writerSchema);
  const data = decodeWritten(payload, found, writerSchema);
  return report(context, found, data, `${encoding}, written with the registry's schema ${registryId}`);
}

/** The named version, else the newest of the writer's generation, else the newest. */
function readerFor(tree: SchemaTree, reference: EventReference, writerSchema: string): FoundVersion {
  if (reference.version !== null) return findVersion(tree, reference);
  const recordName = writerRecordName(writerSchema);
  const event = findEvent(tree, reference.type);
  const version = event.versions.findLast(({ record }) => record?.fullName === recordName)?.version ?? null;
  return findVersion(tree, { type: reference.type, version });
}

function report(context: CliContext, { event, version }: FoundVersion, data: unknown, how: string): ExitCode {
  context.printError(`Read as ${event.name.type} v${version.version} (${how})\n`);
  context.print(`${indentedJson(data)}\n`);
  return 0;
}

async function readMessage(context: CliContext, file: string): Promise<Uint8Array> {
  const input = await readInput(context, file);
  if (input.length > 0) return input;
  const source = file === "-" ? "Standard input" : `"${file}"`;
  throw new SchemasError("message-unreadable", `${source} is empty. Give the bytes of one message.`);
}

async function readInput(context: CliContext, file: string): Promise<Uint8Array> {
  try {
    return file === "-" ? await context.readInput() : await readFile(resolve(context.cwd, file));
  } catch (error) {
    throw new SchemasError("file-unreadable", `Cannot read "${file}": ${reasonOf(error)}.`, { cause: error });
  }
}
