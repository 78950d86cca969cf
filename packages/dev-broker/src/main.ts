#!/usr/bin/env node
import { Command, InvalidArgumentError } from "commander";
import { startDevBroker } from "./dev-broker.ts";
import { DevBrokerError } from "./errors.ts";

interface Flags {
  readonly host: string;
  readonly port: number;
  readonly advertise?: string;
  readonly dataDir?: string;
  readonly partitions: number;
  readonly autoCreate: boolean;
}

const command = new Command("waybill-dev-broker")
  .description("A Kafka-protocol broker for development and tests. Stop it with SIGTERM or Ctrl-C.")
  .option("--host <address>", "address to listen on", "127.0.0.1")
  .option("--port <number>", "port to listen on; 0 takes a free one", integer, 9092)
  .option("--advertise <host:port>", "address that clients are told to use, for a proxy in front")
  .option("--data-dir <folder>", "folder to keep everything in (default: memory alone)")
  .option("--partitions <number>", "partitions of a topic that is made without a number", integer, 4)
  .option("--no-auto-create", "do not make topics that clients ask for")
  .action(run);

await command.parseAsync();

async function run(flags: Flags): Promise<void> {
  try {
    const broker = await startDevBroker({
      host: flags.host,
      port: flags.port,
      defaultPartitions: flags.partitions,
      autoCreateTopics: flags.autoCreate,
      log: (line) => process.stderr.write(`${line}\n`),
      ...(flags.advertise === undefined ? {} : { advertisedAddress: flags.advertise }),
      ...(flags.dataDir === undefined ? {} : { dataDir: flags.dataDir }),
    });
    process.stdout.write(`dev broker ready on ${broker.brokers.join(",")}\n`);
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void broker.stop());
  } catch (error) {
    if (!DevBrokerError.is(error)) throw error;
    process.stderr.write(`waybill-dev-broker: ${error.message}\n`);
    process.exitCode = 1;
  }
}

function integer(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
}
