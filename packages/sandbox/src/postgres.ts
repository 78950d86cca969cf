import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, chown, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { SandboxError } from "./errors.ts";
import { freePort } from "./free-port.ts";
import { findPostgresBinaries, type PostgresBinaries } from "./postgres-binaries.ts";
import { type ServiceProcess, startServiceProcess } from "./service-process.ts";

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
  /** Settles when the server has ended, wanted or not. */
  readonly ended: Promise<void>;
  /** What the server printed last. */
  lastLines(): readonly string[];
  /** Fast shutdown: open transactions are rolled back. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Starts a real PostgreSQL from the binaries that npm installed, on 127.0.0.1 only.
 *
 * @throws SandboxError with the server's own last lines when it does not start
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<RunningPostgres> {
  const binaries = await findPostgresBinaries();
  const temporary = options.dataDir === undefined ? await temporaryDir(binaries) : undefined;
  const dataDir = options.dataDir ?? join(temporary as string, "data");
  try {
    await initialise(binaries, dataDir);
    const port = options.port ?? (await freePort());
    const server = await startServer(
      binaries,
      { dataDir, temporary },
      {
        port: String(port),
        listen_addresses: "127.0.0.1",
        unix_socket_directories: "",
        fsync: temporary === undefined ? "on" : "off",
        ...options.settings,
      },
    );
    return {
      url: `postgresql://postgres:postgres@127.0.0.1:${port}/postgres`,
      port,
      pid: server.pid,
      ended: server.ended,
      lastLines: () => server.lastLines(),
      stop: () => server.stop(),
    };
  } catch (error) {
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
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
  if (existsSync(join(dataDir, "PG_VERSION"))) return;
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  if (runAs) await chown(dataDir, runAs.uid, runAs.gid);
  const args = [`--pgdata=${dataDir}`, "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"];
  const { status, stderr } = await run(initdb, [...args, "--no-sync", "--no-instructions"], runAs);
  if (status === 0) return;
  throw new SandboxError("service-did-not-start", `PostgreSQL's initdb failed in ${dataDir}:\n${stderr}`);
}

async function run(
  command: string,
  args: readonly string[],
  runAs: PostgresBinaries["runAs"],
): Promise<{ status: number | null; stderr: string }> {
  const child = spawn(command, args, { ...runAs, cwd: "/", stdio: ["ignore", "ignore", "pipe"] });
  const stderr = text(child.stderr);
  const [status] = (await once(child, "close")) as [number | null];
  return { status, stderr: await stderr };
}

function startServer(
  { postgres, runAs }: PostgresBinaries,
  cluster: { readonly dataDir: string; readonly temporary: string | undefined },
  settings: Readonly<Record<string, string>>,
): Promise<ServiceProcess> {
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  return startServiceProcess({
    name: `PostgreSQL in ${cluster.dataDir}`,
    command: postgres,
    args: ["-D", cluster.dataDir, ...flags],
    runAs,
    ready: { line: "database system is ready to accept" }, // connections; a standby: read-only connections
    stopSignal: "SIGINT", // PostgreSQL's fast shutdown
    orphanSignal: "QUIT", // its immediate shutdown, which ends its own children too
    temporaryFolder: cluster.temporary,
  });
}
