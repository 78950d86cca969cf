import type { OutboxTable } from "./outbox-tables.ts";
import type { Rig } from "./rig.ts";

/** A process that moves events to a topic. */
export interface RunningSubject {
  readonly pid: number;
  readonly ended: Promise<void>;
  lastLines(): readonly string[];
  stop(): Promise<void>;
}

/** Something that is measured. */
export interface Subject {
  /** As `--only` and the targets name it. */
  readonly name: string;
  /** As people read it. */
  readonly title: string;
  /** What it reads; null for one that sends from memory, which is only drained. */
  readonly table: OutboxTable | null;
  /** Before the rows are written: a replication slot, say. */
  prepare?(rig: Rig): Promise<void>;
  /** After the run: what it leaves in the database. */
  cleanUp?(rig: Rig): Promise<void>;
  /** Starts it; it is ready when this resolves. */
  start(rig: Rig, run: SubjectRun): Promise<RunningSubject>;
}

export interface SubjectRun {
  readonly topic: string;
  /** Of a drain; 0 when they come at a rate. */
  readonly events: number;
  /** Where to write a CPU profile. */
  readonly profileFolder?: string | undefined;
}
