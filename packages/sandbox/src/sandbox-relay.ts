import { freePort } from "./free-port.ts";
import { nodeProgram } from "./node-program.ts";
import { type ServiceProcess, startServiceProcess } from "./service-process.ts";

/** A relay process, which can be killed and started again. */
export interface SandboxRelay {
  /** Of the process that runs now, or ran last. */
  readonly pid: number;
  /** Base URL of its /livez, /readyz and /metrics. */
  readonly url: string;
  /** SIGKILL, as a crash would end it; returns when it has ended. */
  kill(): Promise<void>;
  /** Ends it if it still runs, starts it again and waits until it is ready. */
  restart(): Promise<void>;
  /** Orderly, by SIGTERM. Safe to call twice. */
  stop(): Promise<void>;
}

/** What the relay works on, and who hears of it. */
export interface SandboxRelayOptions {
  readonly databaseUrl: string;
  readonly brokers: readonly string[];
  readonly registryUrl: string;
  readonly onLine?: ((line: string) => void) | undefined;
  /** Hears when a relay process ends without having been asked to. */
  readonly onDeath: (process: ServiceProcess) => void;
}

/** Starts `outbox-relay run` and waits until its /readyz says so. @throws SandboxError with its last lines */
export async function startSandboxRelay(options: SandboxRelayOptions): Promise<SandboxRelay> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const wanted = new WeakSet<ServiceProcess>();
  const start = async (): Promise<ServiceProcess> => {
    const started = await startRelayProcess(options, url, port);
    void started.ended.then(() => wanted.has(started) || options.onDeath(started));
    return started;
  };
  let running = await start();
  const end = (how: "kill" | "stop") => {
    wanted.add(running);
    return running[how]();
  };
  return {
    get pid() {
      return running.pid;
    },
    url,
    kill: () => end("kill"),
    stop: () => end("stop"),
    async restart() {
      await end("stop");
      running = await start();
    },
  };
}

function startRelayProcess(options: SandboxRelayOptions, url: string, port: number): Promise<ServiceProcess> {
  const { command, args } = nodeProgram("@waybill/relay");
  return startServiceProcess({
    name: "the relay",
    command,
    args: [...args, "run", "--auto-register", "--http-host", "127.0.0.1", "--http-port", String(port)],
    // By the environment: the database's password would stand in the process list otherwise.
    env: {
      ...process.env,
      DATABASE_URL: options.databaseUrl,
      KAFKA_BROKERS: options.brokers.join(","),
      SCHEMA_REGISTRY_URL: options.registryUrl,
    },
    ready: { probe: () => answersOk(`${url}/readyz`) },
    onLine: options.onLine,
  });
}

async function answersOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false; // not listening yet
  }
}
