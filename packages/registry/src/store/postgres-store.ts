import { isCompatibilityMode } from "@waybill/avro";
import pg from "pg";
import { RegistryError } from "../errors.ts";
import { CREATE_TABLES, WRITE_LOCK } from "./postgres-schema.ts";
import type {
  Policy,
  RegistryMode,
  RegistryReader,
  RegistryStore,
  RegistryWriter,
  SchemaContent,
  SchemaReference,
  StoredSchema,
  StoredVersion,
  SubjectState,
} from "./registry-store.ts";

const POOL_SIZE = 8;
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Keeps everything in PostgreSQL, in the schema `waybill_registry`, which it creates. Any number of registries may
 * share one database: they write one at a time.
 *
 * @throws RegistryError `CANNOT_START` when the database cannot be reached or its tables not be created
 */
export async function createPostgresStore(url: string): Promise<RegistryStore> {
  const pool = new pg.Pool({ connectionString: url, max: POOL_SIZE, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on("error", () => undefined);
  const store = new PostgresStore(pool);
  try {
    await store.createTables();
  } catch (error) {
    await pool.end();
    const reason = error instanceof Error && error.cause instanceof Error ? reasonOf(error.cause) : String(error);
    const remedy = "check that it runs, that the URL is right and that its user may create a schema";
    const message = `the registry cannot use PostgreSQL at ${placeOf(url)}: ${reason}; ${remedy}`;
    throw new RegistryError("CANNOT_START", message, { cause: error });
  }
  return store;
}

/** Where a URL leads, without the credentials in it. */
function placeOf(url: string): string {
  if (!URL.canParse(url)) return "an invalid URL";
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

type Queryable = Pick<pg.ClientBase, "query">;

/** Tells the store's failures from the registry's verdicts. PostgreSQL's messages hold no credentials. */
async function guarded<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (RegistryError.is(error)) throw error;
    throw new RegistryError("STORE_ERROR", `the registry's database failed: ${reasonOf(error)}`, { cause: error });
  }
}

function reasonOf(error: unknown): string {
  // Node joins the failures of a name's several addresses in an error without a message of its own.
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join("; ");
  return error instanceof Error && error.message !== "" ? error.message : String(error);
}

const SCHEMA_COLUMNS = `s.id, s.identity, s.text, s."references", s.metadata, s.rule_set`;
const VERSIONS = `
  SELECT v.subject, v.version, v.deleted, ${SCHEMA_COLUMNS}
    FROM waybill_registry.version v JOIN waybill_registry.schema s ON s.id = v.schema_id`;

class PostgresReader implements RegistryReader {
  readonly #db: Queryable;

  constructor(db: Queryable) {
    this.#db = db;
  }

  async schemaById(id: number): Promise<StoredSchema | null> {
    const sql = `SELECT ${SCHEMA_COLUMNS} FROM waybill_registry.schema s WHERE s.id = $1`;
    const rows = await this.rows<SchemaRow>(sql, [id]);
    return rows[0] === undefined ? null : schemaOf(rows[0]);
  }

  subjectsByPrefix(prefix: string): Promise<readonly SubjectState[]> {
    const sql = `
      SELECT subject, bool_and(deleted) AS deleted FROM waybill_registry.version
       WHERE starts_with(subject, $1) GROUP BY subject ORDER BY subject`;
    return this.rows<{ subject: string; deleted: boolean }>(sql, [prefix]);
  }

  versionsByPrefix(prefix: string): Promise<readonly StoredVersion[]> {
    return this.#versions("starts_with(v.subject, $1)", [prefix]);
  }

  versionsOf(subject: string): Promise<readonly StoredVersion[]> {
    return this.#versions("v.subject = $1", [subject]);
  }

  versionsWithSchema(id: number): Promise<readonly StoredVersion[]> {
    return this.#versions("v.schema_id = $1", [id]);
  }

  referrersOf(subject: string, version: number): Promise<readonly StoredVersion[]> {
    return this.#versions(`s."references" @> $1::jsonb`, [JSON.stringify([{ subject, version }])]);
  }

  async policyOf(subject: string): Promise<Policy> {
    const sql = "SELECT compatibility, mode FROM waybill_registry.policy WHERE subject = $1";
    const rows = await this.rows<PolicyRow>(sql, [subject]);
    const { compatibility = null, mode = null } = rows[0] ?? {};
    return {
      compatibility: compatibility !== null && isCompatibilityMode(compatibility) ? compatibility : null,
      mode,
    };
  }

  protected async rows<Row extends pg.QueryResultRow>(
    sql: string,
    values: readonly unknown[],
  ): Promise<readonly Row[]> {
    return guarded(async () => (await this.#db.query<Row>(sql, [...values])).rows);
  }

  async #versions(condition: string, values: readonly unknown[]): Promise<readonly StoredVersion[]> {
    const sql = `${VERSIONS} WHERE ${condition} ORDER BY v.subject, v.version`;
    const rows = await this.rows<VersionRow>(sql, values);
    return rows.map((row) => ({
      subject: row.subject,
      version: row.version,
      deleted: row.deleted,
      schema: schemaOf(row),
    }));
  }
}

class PostgresWriter extends PostgresReader implements RegistryWriter {
  async addVersion(subject: string, content: SchemaContent, identity: string): Promise<StoredVersion> {
    const id = (await this.#findSchema(identity)) ?? (await this.#insertSchema(content, identity));
    await this.rows(
      `INSERT INTO waybill_registry.version (subject, version, schema_id)
       SELECT $1, coalesce(max(version), 0) + 1, $2 FROM waybill_registry.version WHERE subject = $1`,
      [subject, id],
    );
    const added = (await this.versionsOf(subject)).at(-1);
    if (added === undefined) throw new Error("a version that was just inserted is not there");
    return added;
  }

  async softDelete(subject: string, versions: readonly number[]): Promise<void> {
    const sql = "UPDATE waybill_registry.version SET deleted = true WHERE subject = $1 AND version = ANY($2)";
    await this.rows(sql, [subject, versions]);
  }

  async hardDelete(subject: string, versions: readonly number[]): Promise<void> {
    const rows = await this.rows<{ schema_id: number }>(
      "DELETE FROM waybill_registry.version WHERE subject = $1 AND version = ANY($2) RETURNING schema_id",
      [subject, versions],
    );
    await this.rows(
      `DELETE FROM waybill_registry.schema s
        WHERE s.id = ANY($1) AND NOT EXISTS (SELECT FROM waybill_registry.version v WHERE v.schema_id = s.id)`,
      [rows.map((row) => row.schema_id)],
    );
  }

  async setPolicy(subject: string, { compatibility, mode }: Policy): Promise<void> {
    await this.rows(
      `INSERT INTO waybill_registry.policy (subject, compatibility, mode) VALUES ($1, $2, $3)
       ON CONFLICT (subject) DO UPDATE SET compatibility = excluded.compatibility, mode = excluded.mode`,
      [subject, compatibility, mode],
    );
  }

  async #findSchema(identity: string): Promise<number | null> {
    const sql = "SELECT id FROM waybill_registry.schema WHERE identity = $1";
    const rows = await this.rows<{ id: number }>(sql, [identity]);
    return rows[0]?.id ?? null;
  }

  async #insertSchema(
    { text, references, metadata, ruleSet }: SchemaContent,
    identity: string,
  ): Promise<number | null> {
    const rows = await this.rows<{ id: number }>(
      `INSERT INTO waybill_registry.schema (identity, text, "references", metadata, rule_set)
       VALUES ($1, $2, $3, $4, $5) RETURNING id`,
      [identity, text, JSON.stringify(references), jsonOrNull(metadata), jsonOrNull(ruleSet)],
    );
    return rows[0]?.id ?? null;
  }
}

class PostgresStore extends PostgresReader implements RegistryStore {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    super(pool);
    this.#pool = pool;
  }

  /** Two registries may start at once, and CREATE … IF NOT EXISTS alone would fail in one of them. */
  async createTables(): Promise<void> {
    await this.#transaction(async (client) => client.query(CREATE_TABLES));
  }

  async write<Result>(work: (writer: RegistryWriter) => Promise<Result>): Promise<Result> {
    return this.#transaction((client) => work(new PostgresWriter(client)));
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #transaction<Result>(work: (client: Queryable) => Promise<Result>): Promise<Result> {
    const client = await guarded(() => this.#pool.connect());
    let broken = false;
    try {
      return await guarded(async () => {
        await client.query("BEGIN");
        await client.query(WRITE_LOCK);
        const result = await work(client);
        await client.query("COMMIT");
        return result;
      });
    } catch (error) {
      await client.query("ROLLBACK").catch(() => (broken = true));
      throw error;
    } finally {
      client.release(broken); // a connection that cannot even roll back is closed, not reused
    }
  }
}

interface SchemaRow {
  readonly id: number;
  readonly identity: string;
  readonly text: string;
  readonly references: readonly SchemaReference[];
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly rule_set: Readonly<Record<string, unknown>> | null;
}

interface VersionRow extends SchemaRow {
  readonly subject: string;
  readonly version: number;
  readonly deleted: boolean;
}

interface PolicyRow {
  readonly compatibility: string | null;
  readonly mode: RegistryMode | null;
}

function schemaOf({ id, identity, text, references, metadata, rule_set }: SchemaRow): StoredSchema {
  return { id, identity, text, references, metadata, ruleSet: rule_set };
}

function jsonOrNull(value: Readonly<Record<string, unknown>> | null): string | null {
  return value === null ? null : JSON.stringify(value);
}
