import { settingNames } from "../../src/settings/settings.ts";

/** How the suite runs, from the environment; `pnpm faults --help` tells what each is for. */
export interface FaultSettings {
  /** How long each fault is made, again and again. */
  readonly seconds: number;
  readonly seed: number;
  /** Relays that share a database, where a fault does not want more. */
  readonly relays: number;
  /** Of every relay, by name, beside those of the suite. */
  readonly relaySettings: Readonly<Record<string, string>>;
  /** Rows of the table are appended to this file, one JSON object a line. Null: each suite prints its own table. */
  readonly reportFile: string | null;
}

/** @throws Error on a value that is no number, or a relay's setting that this relay does not have */
export function readFaultSettings(env: Readonly<Record<string, string | undefined>>): FaultSettings {
  const asked = JSON.parse(env["WAYBILL_FAULTS_RELAY"] ?? "{}") as Record<string, string>;
  const unknown = Object.keys(asked).filter((name) => !isSetting(name));
  if (unknown.length > 0) throw new Error(`WAYBILL_FAULTS_RELAY: the relay has no setting ${unknown.join(", ")}`);
  return {
    seconds: positive(env, "WAYBILL_FAULTS_SECONDS", 1),
    seed: positive(env, "WAYBILL_FAULTS_SEED", 1),
    relays: positive(env, "WAYBILL_FAULTS_RELAYS", 1),
    relaySettings: asked,
    reportFile: env["WAYBILL_FAULTS_REPORT"] ?? null,
  };
}

function isSetting(name: string): boolean {
  return settingNames.some((known) => known === name);
}

function positive(env: Readonly<Record<string, string | undefined>>, name: string, otherwise: number): number {
  const text = env[name];
  if (text === undefined || text === "") return otherwise;
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`${name} expects a whole number above 0, not ${JSON.stringify(text)}`);
}
