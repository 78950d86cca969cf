import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, expect, it } from "@jest/globals";
import { createTestDatabase, createTestPrisma, shopPrismaDir, type TestDatabase } from "@waybill/harness";
import { migrate, migrations, publish, writePrismaMigrations } from "@waybill/outbox";
import { orderPlaced, placed, withClient } from "./outbox-test.ts";
import { type MigrationList, migrationList, noFilters, withSchemaEngine } from "./schema-engine.ts";

const datamodelFile = join(shopPrismaDir, "schema.prisma");
const databases: TestDatabase[] = [];
let root: string;
let dir: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "waybill-prisma-"));
  dir = join(root, "migrations");
  await cp(join(shopPrismaDir, "migrations"), dir, { recursive: true });
});
afterEach(() => rm(root, { recursive: true }));
afterAll(() => Promise.all(databases.map((database) => database.drop())));

async function newDatabase(): Promise<string> {
  const database = await createTestDatabase();
  databases.push(database);
  return database.url;
}

/** What `prisma migrate deploy` does. */
async function deploy(url: string, list: MigrationList): Promise<readonly string[]> {
  return withSchemaEngine(url, datamodelFile, async (engine) => {
    return (await engine.applyMigrations({ migrationsList: list, filters: noFilters })).appliedMigrationNames;
  });
}

/** Every way in which Prisma compares; none may find a difference, or a plan to reset. */
async function expectNoDrift(url: string, list: MigrationList): Promise<void> {
  const files = [{ path: datamodelFile, content: await readFile(datamodelFile, "utf8") }];
  const datamodel = { tag: "schemaDatamodel" as const, files };
  const live = { tag: "schemaDatasource" as const, files, configDir: "." };
  const history = { tag: "migrations" as const, ...list };
  const options = { script: true, exitCode: true, filters: noFilters };
  await withSchemaEngine(url, datamodelFile, async (engine) => {
    expect((await engine.diff({ from: live, to: datamodel, ...options })).exitCode).toBe(0);
    expect((await engine.diff({ from: history, to: datamodel, ...options })).exitCode).toBe(0);
    expect((await engine.diff({ from: live, to: history, ...options })).exitCode).toBe(0);
    // What `prisma migrate dev` asks first.
    expect(await engine.devDiagnostic({ migrationsList: list, filters: noFilters })).toEqual({
      action: { tag: "createMigration" },
    });
    const next = { draft: false, migrationName: "next", migrationsList: list, schema: datamodel, filters: noFilters };
    expect((await engine.createMigration(next)).migrationScript).toBeNull();
    expect((await engine.schemaPush({ force: true, schema: datamodel, filters: noFilters })).executedSteps).toBe(0);
  });
}

async function publishes(url: string): Promise<boolean> {
  const prisma = createTestPrisma(url);
  try {
    const id = await prisma.$transaction((tx) => publish(tx, orderPlaced, placed("a")));
    return id !== "";
  } finally {
    await prisma.$disconnect();
  }
}

it("works when Prisma applies it, without drift, and again after a reset", async () => {
  const { written } = await writePrismaMigrations(dir);
  const list = await migrationList(dir);
  const url = await newDatabase();
  expect(await deploy(url, list)).toEqual(["20261101000000_shop", ...written]);
  expect(await deploy(url, list)).toEqual([]);
  await expectNoDrift(url, list);
  expect(await publishes(url)).toBe(true);

  // A reset drops what the datasource names, "public", and leaves "waybill": so each statement must run twice.
  await withSchemaEngine(url, datamodelFile, (engine) => engine.reset({ filter: noFilters }));
  expect(await deploy(url, list)).toHaveLength(written.length + 1);
  expect(await publishes(url)).toBe(true);
});

it("is no drift when migrate applied it beside Prisma, and can change over", async () => {
  const list = await migrationList(dir);
  const url = await newDatabase();
  await deploy(url, list);
  await withClient(url, migrate);
  await expectNoDrift(url, list);
  const { written } = await writePrismaMigrations(dir);
  expect(await deploy(url, await migrationList(dir))).toEqual(written);
  expect(await withClient(url, migrate)).toEqual({ applied: [] });
});

it("writes every migration once, in order, after those that are there", async () => {
  await mkdir(join(dir, "29991231235959_from_a_wrong_clock"));
  const { written, skipped } = await writePrismaMigrations(dir);
  const names = (await migrations()).map(({ name }) => name);
  expect(written.map((folder) => folder.slice("30000101000000_waybill_".length))).toEqual(names);
  expect(written[0]).toMatch(/^30000101000000_waybill_0001_outbox$/);
  expect([...written].sort()).toEqual(written);
  expect(skipped).toEqual([]);
  for (const [index, { sql }] of (await migrations()).entries()) {
    expect(await readFile(join(dir, written[index] as string, "migration.sql"), "utf8")).toBe(sql);
  }
  const before = await readdir(dir);
  expect(await writePrismaMigrations(dir)).toEqual({ written: [], skipped: written });
  expect(await readdir(dir)).toEqual(before);
});

it("adds only what is new", async () => {
  const { written } = await writePrismaMigrations(dir);
  const last = written.at(-1) as string;
  await rm(join(dir, last), { recursive: true });
  const again = await writePrismaMigrations(dir);
  expect(again.skipped).toEqual(written.slice(0, -1));
  expect(again.written.map((folder) => folder.slice(14))).toEqual([last.slice(14)]);
});

it("refuses an edited one, naming the file, and writes nothing", async () => {
  const { written } = await writePrismaMigrations(dir);
  const file = join(dir, written[0] as string, "migration.sql");
  await rm(join(dir, written[1] as string), { recursive: true });
  await writeFile(file, `${await readFile(file, "utf8")}-- mine\n`);
  const before = await readdir(dir);
  const refused = { code: "MIGRATION_EDITED", message: expect.stringContaining(file) };
  await expect(writePrismaMigrations(dir)).rejects.toMatchObject(refused);
  await rm(file);
  await expect(writePrismaMigrations(dir)).rejects.toMatchObject(refused);
  expect(await readdir(dir)).toEqual(before);
});

it("takes Windows line ends for what they are", async () => {
  const { written } = await writePrismaMigrations(dir);
  const file = join(dir, written[0] as string, "migration.sql");
  await writeFile(file, (await readFile(file, "utf8")).replaceAll("\n", "\r\n"));
  expect((await writePrismaMigrations(dir)).written).toEqual([]);
});

it("makes the folder beside Prisma's schema, and refuses a place that is not there", async () => {
  const fresh = join(root, "fresh");
  expect((await writePrismaMigrations(fresh)).written).toEqual(await readdir(fresh));
  await expect(writePrismaMigrations(join(root, "no", "migrations"))).rejects.toMatchObject({ code: "OPTION_INVALID" });
  await expect(writePrismaMigrations(datamodelFile)).rejects.toMatchObject({ code: "OPTION_INVALID" });
});
