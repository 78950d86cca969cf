// Prisma's schema engine in process, as WebAssembly over the driver adapter: `prisma migrate` would download a binary.
import { randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { PrismaPg } from "@prisma/adapter-pg";
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from "@prisma/driver-adapter-utils";
// The package's main entry imports a .wasm file, which Jest cannot load: so load the two halves by hand.
import * as glue from "@prisma/schema-engine-wasm/schema_engine_bg";
import pg from "pg";
import { withClient } from "./outbox-test.ts";

export type SchemaEngine = glue.SchemaEngine;
export type MigrationList = glue.MigrationList;

export const noFilters = { externalTables: [], externalEnums: [] };

/** PostgreSQL's type "char", which the engine's catalogue queries return and the adapter (7.10.0) refuses. */
const CHAR_OID = 18;
const TEXT_OID = 25;

let loading: Promise<void> | undefined;

async function load(): Promise<void> {
  const file = createRequire(import.meta.url)
    .resolve("@prisma/schema-engine-wasm/schema_engine_bg")
    .replace(/\.js$/, ".wasm");
  const imports: WebAssembly.ModuleImports = { ...(glue as unknown as WebAssembly.ModuleImports) };
  for (const name of Object.keys(imports)) {
    // The engine never clears the 10 s timer of its migration lock, which would hold the process open.
    if (name.startsWith("__wbg_setTimeout_")) {
      imports[name] = (callback: () => void, ms: number) => setTimeout(callback, ms).unref();
    }
  }
  const { instance } = await WebAssembly.instantiate(await readFile(file), { "./schema_engine_bg.js": imports });
  (glue as unknown as { __wbg_set_wasm(exports: unknown): void }).__wbg_set_wasm(instance.exports);
  (instance.exports as { __wbindgen_start(): void }).__wbindgen_start();
}

/** Gives the engine to `use`, and closes the connections that it leaves open. */
export async function withSchemaEngine<Result>(
  url: string,
  datamodelFile: string,
  use: (engine: SchemaEngine) => Promise<Result>,
): Promise<Result> {
  await (loading ??= load());
  const pools: pg.Pool[] = [];
  const factory = engineAdapterFactory(url, pools);
  const engine = await glue.SchemaEngine.new(
    { datamodels: [[datamodelFile, await readFile(datamodelFile, "utf8")]] },
    () => {},
    bindMigrationAwareSqlAdapterFactory(factory),
  );
  try {
    return await use(engine);
  } finally {
    engine.free();
    await Promise.all(pools.filter((pool) => !pool.ended).map((pool) => pool.end()));
  }
}

function engineAdapterFactory(url: string, pools: pg.Pool[]): SqlMigrationAwareDriverAdapterFactory {
  const connect = async (databaseUrl: string, afterwards?: () => Promise<void>): Promise<SqlDriverAdapter> => {
    const pool = new pg.Pool({ connectionString: databaseUrl });
    pools.push(pool);
    const adapter = await new PrismaPg(pool, { disposeExternalPool: true }).connect();
    allowCharColumns(pool, adapter);
    // As the binary engine that users run does. The adapter's own (7.10.0) splits at every ";", in function bodies too.
    adapter.executeScript = async (script) => {
      await pool.query(script);
    };
    const dispose = adapter.dispose.bind(adapter);
    adapter.dispose = async () => {
      await dispose();
      await afterwards?.();
    };
    return adapter;
  };
  return Object.assign(new PrismaPg({ connectionString: url }), {
    connect: () => connect(url),
    // The adapter's own (7.10.0) makes a shadow database and then, given a URL, works on the live one.
    connectToShadowDb: async () => {
      const name = `shadow_${randomUUID()}`;
      await withClient(url, (client) => client.query(`CREATE DATABASE "${name}"`));
      const shadow = new URL(url);
      shadow.pathname = `/${name}`;
      return connect(shadow.href, async () => {
        await withClient(url, (client) => client.query(`DROP DATABASE "${name}"`));
      });
    },
  });
}

/** Passes "char" columns off as text and names their type afterwards. The engine sends one query at a time. */
function allowCharColumns(pool: pg.Pool, adapter: SqlDriverAdapter): void {
  let charColumns: number[] = [];
  const query = pool.query.bind(pool) as (...args: unknown[]) => Promise<pg.QueryResult>;
  const disguised = async (...args: unknown[]): Promise<pg.QueryResult> => {
    const result = await query(...args);
    charColumns = [];
    for (const [index, field] of (result.fields ?? []).entries()) {
      if (field.dataTypeID !== CHAR_OID) continue;
      field.dataTypeID = TEXT_OID;
      charColumns.push(index);
    }
    return result;
  };
  pool.query = disguised as typeof pool.query;
  const queryRaw = adapter.queryRaw.bind(adapter);
  adapter.queryRaw = async (sql) => {
    const result = await queryRaw(sql);
    for (const index of charColumns) result.columnTypes[index] = ColumnTypeEnum.Character;
    return result;
  };
}

/** A folder of migrations, as the engine wants it. */
export async function migrationList(dir: string): Promise<MigrationList> {
  const entries = await readdir(dir, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return {
    baseDir: dir,
    lockfile: { path: "migration_lock.toml", content: await readFile(join(dir, "migration_lock.toml"), "utf8") },
    shadowDbInitScript: "",
    migrationDirectories: await Promise.all(
      names.sort().map(async (path) => ({
        path,
        migrationFile: {
          path: "migration.sql",
          content: { tag: "ok" as const, value: await readFile(join(dir, path, "migration.sql"), "utf8") },
        },
      })),
    ),
  };
}
