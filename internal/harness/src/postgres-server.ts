import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { chmod, chown, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "@waybill/sandbox/service-process";
import { type RunningPostgres, startPostgres } from "@waybill/sandbox/postgres";
import pg from "pg";
import { eventually } from "./eventually.ts";

/** A PostgreSQL of a test's own, which the test may crash, copy and replace. Its port and data stay through it all. */
export interface PostgresServer {
  /** Of the superuser and the database `postgres`. */
  readonly url: string;
  readonly port: number;
  /** Starts it; a standby is ready when it takes reads. */
  start(): Promise<void>;
  /** An orderly end: open transactions are rolled back, everything committed is on disk. */
  stop(): Promise<void>;
  /** Ends all of it by SIGKILL: what asynchronous commits had in memory only is lost. */
  crash(): Promise<void>;
  /** A copy of its data as of now, taken while it is stopped, for a server on another port. */
  copyWhileStopped(): Promise<PostgresServer>;
  /** A hot standby that streams from this server, made of a base backup that is taken while it runs. */
  createStandby(): Promise<PostgresServer>;
  /** Puts another server's data in the place of this one's; both are stopped. */
  restoreFrom(backup: PostgresServer): Promise<void>;
  /** Ends it and deletes its data. Safe to call twice. */
  remove(): Promise<void>;
}

/** Server settings, as in postgresql.conf. */
export type PostgresSettings = Readonly<Record<string, string>>;

/** Starts an empty PostgreSQL in a folder of its own. */
export async function startPostgresServer(settings: PostgresSettings = {}): Promise<PostgresServer> {
  const server = await createServer(settings);
  await server.start();
  return server;
}

async function createServer(settings: PostgresSettings): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), "waybill-postgres-"));
  await chmod(folder, 0o755); // the server may run as another user
  return new Server(folder, await freePort(), settings);
}

class Server implements PostgresServer {
  readonly port: number;
  readonly #folder: string;
  readonly #settings: PostgresSettings;
  #running: RunningPostgres | null = null;

  constructor(folder: string, port: number, settings: PostgresSettings) {
    this.#folder = folder;
    this.port = port;
    this.#settings = settings;
  }

  get url(): string {
    return `postgresql://postgres:postgres@127.0.0.1:${this.port}/postgres`;
  }

  get #dataDir(): string {
    return join(this.#folder, "data");
  }

  async start(): Promise<void> {
    // A crash of the server is not one of the machine: its files survive without fsync.
    const settings = { fsync: "off", ...this.#settings };
    this.#running = await startPostgres({ dataDir: this.#dataDir, port: this.port, settings });
  }

  async stop(): Promise<void> {
    await this.#running?.stop();
    this.#running = null;
  }

  async crash(): Promise<void> {
    if (this.#running === null) return;
    const { pid, ended } = this.#running;
    process.kill(pid, "SIGSTOP"); // so that it has no more children
    const children = childrenOf(pid);
    // Without /proc its children are not known: SIGQUIT, its immediate shutdown, flushes nothing either.
    process.kill(pid, children === null ? "SIGQUIT" : "SIGKILL");
    process.kill(pid, "SIGCONT");
    for (const child of children ?? []) killIfAlive(child);
    await ended;
    await eventually(() => (children ?? []).every((child) => !holdsMemory(child)));
    this.#running = null;
  }

  async copyWhileStopped(): Promise<Server> {
    const copy = await createServer(this.#settings);
    copyFolder(this.#dataDir, copy.#dataDir);
    return copy;
  }

  async createStandby(): Promise<Server> {
    const primary = `host=127.0.0.1 port=${this.port} user=postgres`;
    const standby = await createServer({ ...this.#settings, primary_conninfo: primary });
    const client = new pg.Client({ connectionString: this.url });
    await client.connect();
    try {
      await client.query("SELECT pg_backup_start('standby', fast => true)");
      copyFolder(this.#dataDir, standby.#dataDir);
      const { rows } = await client.query<{ labelfile: string }>("SELECT labelfile FROM pg_backup_stop(false)");
      await standby.#writeData("backup_label", rows[0]?.labelfile ?? "");
    } finally {
      await client.end();
    }
    await rm(join(standby.#dataDir, "postmaster.pid"));
    await standby.#writeData("standby.signal", "");
    await standby.start();
    return standby;
  }

  async restoreFrom(backup: Server): Promise<void> {
    await rm(this.#dataDir, { recursive: true });
    copyFolder(backup.#dataDir, this.#dataDir);
  }

  async remove(): Promise<void> {
    await this.crash();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Writes a file of the data folder, which belongs to whom the server runs as. */
  async #writeData(name: string, text: string): Promise<void> {
    const path = join(this.#dataDir, name);
    await writeFile(path, text);
    const { uid, gid } = await stat(this.#dataDir);
    await chown(path, uid, gid);
  }
}

function childrenOf(pid: number): number[] | null {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
    return children.split(" ").filter(Boolean).map(Number);
  } catch {
    return null; // not Linux
  }
}

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** A dead process that nobody has waited for holds none. */
function holdsMemory(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

/** With owners and modes, which PostgreSQL insists on. Files that vanish meanwhile are no matter to a base backup. */
function copyFolder(from: string, to: string): void {
  const { stderr } = spawnSync("cp", ["-a", from, to], { encoding: "utf8" });
  const failures = stderr.split("\n").filter((line) => line !== "" && !line.includes("No such file or directory"));
  if (failures.length > 0) throw new Error(`copying ${from} to ${to} failed:\n${failures.join("\n")}`);
}
