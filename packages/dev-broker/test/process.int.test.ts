import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, mkdtemp, readdir, rm, stat, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { startDevBroker } from "../src/index.ts";
import { RawClient } from "./raw-client.ts";
import { recordBatch, transactional } from "./record-batch-builder.ts";
import { fetch, listOffsets } from "./raw-fetch.ts";
import { offsetCommit, offsetFetch } from "./raw-groups.ts";
import { produce } from "./raw-produce.ts";
import { createTopics, deleteRecords, deleteTopic } from "./raw-topics.ts";
import { addPartitions, endTransaction, initProducerId } from "./raw-transactions.ts";

/** The executable as a user runs it, on what only the dev broker has: a data folder, an exit code, a message. */

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const topic = "topic";
const children: ChildProcess[] = [];
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dev-broker-"));
});

afterEach(async () => {
  for (const child of children.splice(0)) if (child.exitCode === null) child.kill("SIGKILL");
  await rm(folder, { recursive: true });
});

interface BrokerProcess {
  readonly child: ChildProcess;
  readonly address: string;
}

function run(...flags: string[]): ChildProcess & { stdout: NodeJS.ReadableStream; stderr: NodeJS.ReadableStream } {
  const child = spawn(process.execPath, ["--conditions=@waybill/source", main, "--port", "0", ...flags], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  return child;
}

async function start(...flags: string[]): Promise<BrokerProcess> {
  const child = run(...flags);
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const [, address] = /^dev broker ready on (\S+)\n$/.exec(String(line)) ?? [];
  if (address === undefined) throw new Error(`not the line that tells the address: ${String(line)}`);
  return { child, address };
}

async function kill({ child }: BrokerProcess): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "exit");
}

async function failure(...flags: string[]): Promise<{ status: number | null; message: string }> {
  const child = run(...flags);
  const [[status], message] = await Promise.all([once(child, "exit") as Promise<[number | null]>, text(child.stderr)]);
  return { status, message };
}

describe("a broker that was killed", () => {
  it("has its topics, records, offsets, producers and transactions when it starts again", async () => {
    const first = await start("--data-dir", folder);
    let client = await RawClient.connect(first.address);
    await createTopics(client, [{ name: topic, configs: { "max.message.bytes": "1000" } }, { name: "deleted" }]);
    await deleteTopic(client, "deleted");
    const idempotent = await initProducerId(client);
    const identity = { producerId: idempotent.producerId, producerEpoch: 0 };
    for (let baseSequence = 0; baseSequence < 4; baseSequence += 1) {
      await produce(client, { topic, batch: recordBatch({ ...identity, baseSequence }) });
    }
    await deleteRecords(client, topic, 1n);
    await offsetCommit(client, { groupId: "group", topic, offset: 3n });
    const open = await initProducerId(client, "open");
    await addPartitions(client, "open", open, [topic]);
    const batch = recordBatch({ attributes: transactional, ...open, producerEpoch: open.epoch, baseSequence: 0 });
    expect(await produce(client, { topic, batch, transactionalId: "open" })).toEqual({ error: 0, baseOffset: 4n });
    const before = await fetch(client, { topic, offset: 1n });
    client.close();
    await kill(first);

    const second = await start("--data-dir", folder);
    client = await RawClient.connect(second.address);
    expect(await fetch(client, { topic, offset: 1n })).toEqual(before);
    expect((await fetch(client, { topic, offset: 0n })).error).toBe(1);
    expect(before.lastStableOffset).toBe(4n);
    expect((await listOffsets(client, "deleted", -1n)).error).toBe(3);
    expect((await offsetFetch(client, "group", topic)).offset).toBe(3n);
    expect((await initProducerId(client)).producerId).toBeGreaterThan(open.producerId);
    const large = recordBatch({ records: [{ value: "x".repeat(1_000) }] });
    expect((await produce(client, { topic, batch: large })).error).toBe(10);
    const repeat = recordBatch({ ...identity, baseSequence: 3 });
    expect(await produce(client, { topic, batch: repeat })).toEqual({ error: 0, baseOffset: 3n });
    const gap = recordBatch({ ...identity, baseSequence: 5 });
    expect((await produce(client, { topic, batch: gap })).error).toBe(45);
    expect(await endTransaction(client, "open", open, false)).toBe(0);
    expect((await fetch(client, { topic, offset: 1n, readCommitted: true })).aborted).toHaveLength(1);
    client.close();
  });

  it("drops the torn tails that the kill left, and goes on behind them", async () => {
    const first = await start("--data-dir", folder);
    let client = await RawClient.connect(first.address);
    await createTopics(client, [{ name: topic }]);
    for (let sent = 0; sent < 2; sent += 1) await produce(client, { topic, batch: recordBatch() });
    client.close();
    await kill(first);
    const [topicFolder = ""] = await readdir(join(folder, "topics"));
    const log = join(folder, "topics", topicFolder, "0.log");
    await truncate(log, (await stat(log)).size - 5);
    await appendFile(join(folder, "journal.jsonl"), '{"kind":"topic","na');

    const second = await start("--data-dir", folder);
    client = await RawClient.connect(second.address);
    expect(await listOffsets(client, topic, -1n)).toMatchObject({ offset: 1n });
    expect(await produce(client, { topic, batch: recordBatch() })).toEqual({ error: 0, baseOffset: 1n });
    client.close();
    await kill(second);
    const third = await startDevBroker({ dataDir: folder });
    client = await RawClient.connect(third.brokers[0] ?? "");
    expect(await listOffsets(client, topic, -1n)).toMatchObject({ offset: 2n });
    client.close();
    await third.stop();
  });
});

describe("the executable", () => {
  it("ends with 0 at SIGTERM, while a client is connected and waits", async () => {
    const { child, address } = await start();
    const client = await RawClient.connect(address);
    await createTopics(client, [{ name: topic }]);
    const waiting = fetch(client, { topic, offset: 0n, maxWaitMs: 60_000 });
    child.kill("SIGTERM");
    await expect(waiting).rejects.toThrow();
    expect(await once(child, "exit")).toEqual([0, null]);
  });

  it("says what is wrong in one line and ends with 1: the port is in use", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    expect(await failure("--port", String(port))).toEqual({
      status: 1,
      message: `waybill-dev-broker: Port ${port} of 127.0.0.1 is in use. Stop what listens there, or choose another port.\n`,
    });
    server.close();
  });

  it.each([
    [["--host", "not-a-host.invalid"], "Cannot listen on not-a-host.invalid"],
    [["--port", "70000"], "port must be an integer from 0 to 65535, not 70000"],
    [["--partitions", "0"], "defaultPartitions must be an integer from 1 to 10000, not 0"],
    [["--advertise", "nowhere"], "advertisedAddress must be host:port, not nowhere"],
    [["--data-dir", "/dev/null/folder"], "The data folder /dev/null/folder cannot be used"],
  ])("says what is wrong in one line and ends with 1: %j", async (flags, message) => {
    const failed = await failure(...flags);
    expect(failed.status).toBe(1);
    expect(failed.message).toContain(message);
    expect(failed.message.trimEnd()).not.toContain("\n");
  });

  it("refuses a data folder that another broker has, or whose journal is none", async () => {
    const holder = await startDevBroker({ dataDir: folder });
    const inUse = await failure("--data-dir", folder);
    expect(inUse.status).toBe(1);
    expect(inUse.message).toContain(`in use by the dev broker of process ${process.pid}`);
    await expect(startDevBroker({ dataDir: folder })).rejects.toMatchObject({ code: "DATA_DIR_IN_USE" });
    await holder.stop();
    await writeFile(join(folder, "journal.jsonl"), "not json\n");
    const corrupt = await failure("--data-dir", folder);
    expect(corrupt.status).toBe(1);
    expect(corrupt.message).toContain("journal.jsonl:1 is not an entry");
  });
});
