import type { PostgresSettings } from "@waybill/harness";
import type { StressOptions } from "../stress-writers.ts";
import type { FaultRun } from "./fault-run.ts";

/** A fault that is made while writers write and relays publish. */
export interface Fault {
  /** As the table tells it. */
  readonly name: string;
  /** Relays at least. Default 1. */
  readonly relays?: number;
  /** Why it cannot be made here, if so. */
  readonly isImpossible?: (run: FaultRun) => string | null;
  /** A PostgreSQL of its own, with these settings beside the rig's. Default: the rig's server. */
  readonly postgres?: PostgresSettings;
  /** Of the relays, where it shall run out. Default: longer than a busy machine lets a relay wait for its turn. */
  readonly leaseMs?: number;
  readonly writers?: Partial<StressOptions>;
  /** Whether the database may forget events that were published. Default false. */
  readonly mayForget?: boolean;
  /** Makes the fault for the run's seconds, and leaves everything healed behind. */
  play(run: FaultRun): Promise<void>;
}

/**
 * What a strike takes from a relay that is at work:
 *
 * - `nothing`
 * - `reply`: the broker's answer, or the way to it. The relay lives and repeats what is in flight; with idempotence the
 *   broker knows what it has.
 * - `session`: the process, or its connection to the database. Another session begins where the cursor was saved last.
 */
export type StrikeLoss = "nothing" | "reply" | "session";
