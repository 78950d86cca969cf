import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { createTestDatabase, eventually, startTestBroker, type TestBroker, type TestDatabase } from "@waybill/harness";
import { type RunningRegistry, startRegistry } from "@waybill/registry";
import pg from "pg";

const root = join(import.meta.dirname, "../../..");
const quickstart = join(root, "examples/quickstart");

/** The event that the README shows in full. */
const event = "schemas/orders/order.placed/v1.avsc";

/** What `npx <program>` runs once the packages are installed: here, their sources. */
const programs: Readonly<Record<string, string>> = {
  schemas: join(root, "packages/schemas/src/main.ts"),
  "outbox-relay": join(root, "packages/relay/src/main.ts"),
};

/** The commands of the README's five minutes, in order. */
function readmeCommands(): string[] {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const section = /\n## Five minutes in your own app\n(?<text>[\s\S]*?)\n## /.exec(readme)?.groups?.["text"] ?? "";
  return [...section.matchAll(/```sh\n(?<lines>[\s\S]*?)```/g)].flatMap((block) =>
    (block.groups?.["lines"] ?? "").trim().split("\n"),
  );
}

function nodeArguments(command: string): string[] {
  const [npx, program = "", ...args] = command.split(/\s+/);
  const main = programs[program];
  if (npx !== "npx" || main === undefined)
    throw new Error(`the README has a command that this test cannot run: ${command}`);
  return ["--conditions=@waybill/source", main, ...args];
}

/** The text of every file below a folder, by its path. */
function filesOf(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && !/node_modules|dist|tsbuildinfo/.test(join(entry.parentPath, entry.name)),
  );
  const paths = files.map((file) => join(file.parentPath, file.name)).sort();
  return Object.fromEntries(paths.map((path) => [relative(folder, path), readFileSync(path, "utf8")]));
}

let database: TestDatabase;
let broker: TestBroker;
let registry: RunningRegistry;
let app: string;
let relay: ChildProcess | undefined;

beforeAll(async () => {
  [database, broker, registry] = await Promise.all([createTestDatabase(), startTestBroker(), startRegistry()]);
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(readFileSync(join(quickstart, "prisma/migrations/20261121000000_init/migration.sql"), "utf8"));
  await client.end();
  app = mkdtempSync(join(tmpdir(), "waybill-quickstart-"));
  Object.assign(process.env, {
    DATABASE_URL: database.url,
    KAFKA_BROKERS: broker.brokers.join(","),
    SCHEMA_REGISTRY_URL: registry.url,
  });
});

afterAll(async () => {
  if (relay !== undefined && relay.exitCode === null) {
    relay.kill("SIGTERM");
    await once(relay, "exit");
  }
  await registry.stop();
  await broker.stop();
  await database.drop();
  rmSync(app, { recursive: true });
});

it("takes an app from nothing to a handled event by the README's commands and code", async () => {
  const commands = readmeCommands();
  const relayCommand = commands.pop() ?? "";
  expect(relayCommand).toContain("outbox-relay run");

  for (const command of commands) {
    const result = spawnSync(process.execPath, nodeArguments(command), {
      cwd: app,
      env: process.env,
      encoding: "utf8",
    });
    expect({ command, exitCode: result.status, errors: result.stderr }).toEqual({ command, exitCode: 0, errors: "" });
    if (command.includes("schemas init")) cpSync(join(quickstart, event), join(app, event)); // the reader's edit
  }
  // The code below imports the example's packages: they are what the commands made of the same schemas.
  expect(filesOf(join(app, "schemas"))).toEqual(filesOf(join(quickstart, "schemas")));
  expect(filesOf(join(app, "events/orders/src"))).toEqual(filesOf(join(quickstart, "events/orders/src")));

  relay = spawn(process.execPath, nodeArguments(relayCommand), { cwd: app, env: process.env, stdio: "ignore" });
  const { placeOrder } = await import("../src/place-order.ts");
  const { prisma } = await import("../src/prisma.ts");
  const { receipts } = await import("../src/receipts.ts");
  await receipts.start();
  try {
    const order = await placeOrder("12.50", "EUR");
    const receipt = await eventually(() => prisma.receipt.findUnique({ where: { orderId: order.id } }));
    expect(receipt).toEqual({ orderId: order.id, text: "12.50 EUR" });
  } finally {
    await receipts.stop();
    await prisma.$disconnect();
  }
});
