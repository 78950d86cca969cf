import { externalServicesFrom, type Sandbox, type ServiceReady, startSandbox } from "@waybill/sandbox";
import { migrateShop } from "../migrations.ts";
import { audit } from "./audit.ts";
import { Progress } from "./progress.ts";
import { findingsOf, printReport } from "./report.ts";
import { openShop, type Shop } from "./shop.ts";
import { paint, type Terminal } from "./terminal.ts";
import { PARTITIONS } from "./topics.ts";
import { type DemoSize, runTradingDay } from "./trading-day.ts";

export interface DemoOptions {
  readonly terminal: Terminal;
  /** DATABASE_URL, KAFKA_BROKERS and SCHEMA_REGISTRY_URL name services to use instead of starting them. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly size: DemoSize;
  /** Ends the demo early: what it started is stopped. */
  readonly signal: AbortSignal;
}

/**
 * The whole demo, from starting the services to the verdict.
 *
 * @returns what speaks against the run; empty when its own counts agree
 * @throws Error when the demo could not be carried out
 */
export async function runDemo({ terminal, env, size, signal }: DemoOptions): Promise<readonly string[]> {
  const progress = new Progress(terminal);
  const failure = new AbortController();
  const ended = AbortSignal.any([signal, failure.signal]);
  const closers: (() => Promise<void>)[] = [];
  const run = async () => {
    const onDeath = (error: Error) => failure.abort(error);
    const sandbox = await startServices(progress, env, onDeath);
    closers.push(() => sandbox.stop());
    ended.throwIfAborted();
    const shop = await progress.step("the shop opens: its API and seven consumer groups", () =>
      openShop(sandbox, onDeath),
    );
    closers.push(() => shop.stop());
    return trade({ terminal, progress, shop, sandbox, size, signal: ended });
  };
  const work = run();
  try {
    return await Promise.race([work, rejectionOf(ended)]);
  } finally {
    failure.abort();
    // An aborted run may be in the middle of a step: let it come to rest, its outcome no longer matters.
    await Promise.race([work.catch(() => {}), new Promise((resolve) => setTimeout(resolve, 1_000).unref())]);
    for (const close of closers.splice(0).reverse()) await close();
  }
}

async function startServices(
  progress: Progress,
  env: DemoOptions["env"],
  onDeath: (error: Error) => void,
): Promise<Sandbox> {
  progress.heading("Starting the services");
  progress.now("PostgreSQL, broker, schema registry, relay");
  return startSandbox({
    ...externalServicesFrom(env),
    topicPartitions: PARTITIONS,
    prepareDatabase: migrateShop,
    onReady: (ready) => progress.done(describe(ready), ready.durationMs),
    onDeath,
  });
}

const SERVICE_NAMES: Readonly<Record<ServiceReady["service"], { readonly started: string; readonly found: string }>> = {
  postgres: { started: "PostgreSQL", found: "PostgreSQL" },
  broker: { started: "the dev broker", found: "Kafka" },
  registry: { started: "the schema registry", found: "the schema registry" },
  relay: { started: "the relay", found: "the relay" },
};

function describe({ service, how, address }: ServiceReady): string {
  return `${SERVICE_NAMES[service][how]} ${how === "started" ? "runs" : "answers"} at ${address}`;
}

interface TradeParts {
  readonly terminal: Terminal;
  readonly progress: Progress;
  readonly shop: Shop;
  readonly sandbox: Sandbox;
  readonly size: DemoSize;
  readonly signal: AbortSignal;
}

async function trade(parts: TradeParts): Promise<readonly string[]> {
  const { terminal, progress, size } = parts;
  progress.heading(`Placing ${size.orders} orders`);
  const day = await runTradingDay(parts);
  const result = await audit(parts, day);
  printReport(terminal, progress, result);
  const findings = findingsOf(result);
  printVerdict(terminal, progress, findings);
  return findings;
}

const SHOWN_FINDINGS = 20;

function printVerdict(terminal: Terminal, progress: Progress, findings: readonly string[]): void {
  if (findings.length === 0) {
    progress.heading(paint(terminal, "green", "Nothing lost, nothing twice, every order at its end."));
    terminal.write(`  The database and the topics agree. ${progress.elapsedSeconds.toFixed(1)} s in all.\n`);
    return;
  }
  progress.heading(paint(terminal, "red", `The counts do not agree: ${findings.length} findings`));
  for (const finding of findings.slice(0, SHOWN_FINDINGS)) terminal.write(`  - ${finding}\n`);
  if (findings.length > SHOWN_FINDINGS) terminal.write(`  … and ${findings.length - SHOWN_FINDINGS} more\n`);
}

/** Rejects with the signal's reason. */
function rejectionOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const give = () => reject(signal.reason as Error);
    if (signal.aborted) give();
    else signal.addEventListener("abort", give, { once: true });
  });
}
