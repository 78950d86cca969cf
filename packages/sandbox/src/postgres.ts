import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { findPostgresBinaries, type PostgresBinaries } from "./postgres-binaries.ts";

export interface PostgresOptions {
  /** Folder of the data; kept when stopped. Default: a temporary folder, deleted when stopped. */
  readonly dataDir?: string;
  /** TCP port on 127.0.0.1. Default: a free one. */
  readonly port?: number;
  /** Server settings, as in postgresql.conf. They win over the defaults (`fsync=off` for a temporary folder). */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface RunningPostgres {
  /** Connection URL of the superuser `postgres` and the database `postgres`. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Fast shutdown: open transactions are rolled back. Safe to call twice. */
  stop(): Promise<void>;
}

/** The last lines that a server printed: shown when it does not start. */
const KEPT_LOG_LINES = 40;

/**
 * Starts a real PostgreSQL from the binaries that npm installed, on 127.0.0.1 only.
 *
 * @throws Error with the server's own last lines when it does not start.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<RunningPostgres> {
  const binaries = await findPostgresBinaries();
  const temporary = options.dataDir === undefined ? await temporaryDir(binaries) : undefined;
  const dataDir = options.dataDir ?? join(temporary as string, "data");
  const removeTemporary = async () => {
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
  };
  try {
    await initialise(binaries, dataDir);
    const port = options.port ?? (await freePort());
    const server = await startServer(binaries, dataDir, {
      port: String(port),
      listen_addresses: "127.0.0.1",
      unix_socket_directories: "",
      fsync: temporary === undefined ? "on" : "off",
      ...options.settings,
    });
    return {
      url: `postgresql://postgres:postgres@127.0.0.1:${port}/postgres`,
      port,
      pid: server.pid as number,
      async stop() {
        await stopServer(server);
        await removeTemporary();
      },
    };
  } catch (error) {
    await removeTemporary();
    throw error;
  }
}

async function temporaryDir({ runAs }: PostgresBinaries): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "waybill-postgres-"));
  if (runAs) await chmod(dir, 0o755); // mkdtemp gives 0700, and the server runs as someone else
  return dir;
}

/** Makes the cluster unless it is there. */
async function initialise({ initdb, runAs }: PostgresBinaries, dataDir: string): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  if (runAs) await chown(dataDir, runAs.uid, runAs.gid);
  const args = [`--pgdata=${dataDir}`, "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"];
  const child = spawn(initdb, [...args, "--no-sync", "--no-instructions"], {
    ...runAs,
    cwd: "/",
    stdio: ["ignore", "ignore", "pipe"],
  });
  const log = keepLog(child);
  const [code] = (await once(child, "close")) as [number | null];
  if (code === 0 || log.some((line) => line.includes("exists but is not empty"))) return;
  throw new Error(`PostgreSQL's initdb failed in ${dataDir}:\n${log.join("\n")}`);
}

async function startServer(
  { postgres, runAs }: PostgresBinaries,
  dataDir: string,
  settings: Readonly<Record<string, string>>,
): Promise<ChildProcess> {
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const server = spawn(postgres, ["-D", dataDir, ...flags], { ...runAs, cwd: "/", stdio: ["ignore", "ignore", "pipe"] });
  const log = keepLog(server);
  const killWithUs = () => void server.kill("SIGQUIT");
  process.once("exit", killWithUs);
  server.once("exit", () => process.off("exit", killWithUs));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.once("close", () => reject(new Error(`PostgreSQL did not start in ${dataDir}:\n${log.join("\n")}`)));
    log.onLine = (line) => {
      if (line.includes("database system is ready to accept connections")) resolve();
    };
  });
  return server;
}

/** SIGINT is PostgreSQL's fast shutdown. */
async function stopServer(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, "exit");
  server.kill("SIGINT");
  await exited;
}

type Log = string[] & { onLine?: (line: string) => void };

function keepLog(child: ChildProcess): Log {
  const log: Log = [];
  if (child.stderr === null) return log;
  createInterface({ input: child.stderr }).on("line", (line) => {
    log.push(line);
    if (log.length > KEPT_LOG_LINES) log.shift();
    log.onLine?.(line);
  });
  return log;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no free TCP port on 127.0.0.1");
  return address.port;
}
