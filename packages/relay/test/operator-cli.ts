import { runCli } from "../src/cli.ts";
import type pg from "pg";

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly shutdown?: AbortSignal;
  /** Told every piece of standard output and of standard error. */
  readonly onOutput?: (text: string) => void;
  /** Answers what a person is asked. */
  readonly confirm?: (question: string) => Promise<boolean>;
}

/** Runs a command in this process, without any variable of this one. */
export async function operatorCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const result = { stdout: "", stderr: "" };
  const take = (stream: "stdout" | "stderr") => (text: string) => {
    result[stream] += text;
    options.onOutput?.(text);
  };
  const code = await runCli(args, {
    env: options.env ?? {},
    shutdown: options.shutdown ?? new AbortController().signal,
    stdout: take("stdout"),
    stderr: take("stderr"),
    ...(options.confirm === undefined ? {} : { confirm: options.confirm }),
  });
  return { code, ...result };
}

/** What standard output holds, parsed. */
export function json<Value>({ stdout }: CliResult): Value {
  return JSON.parse(stdout) as Value;
}

/** Moves every cursor behind all that is committed, as a relay does that has published it. */
export async function publishAllByHand(client: pg.Client): Promise<void> {
  await client.query(
    `UPDATE waybill.relay_cursor SET s1 = pg_current_snapshot(), s2 = NULL, saved_at = clock_timestamp(),
       last_id = (SELECT coalesce(max(id), 0) FROM waybill.outbox)`,
  );
}
