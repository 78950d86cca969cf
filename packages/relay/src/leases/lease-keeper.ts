/**
 * Keeps this instance's leases: says that it lives, renews what it holds, takes free groups up to its fair share, and
 * tells what is above it.
 *
 *             claim (epoch + 1)                  plan: too many              loop: finished and saved
 *   FREE ───────────────────────► HELD ─────────────────────────► EXCESS ─────────────────────────────► FREE (notify)
 *    ▲                             │ ▲                               │
 *    │                             │ └─ renewed by heartbeat or save ┘
 *    │ lease over by the database's clock
 *    └─────────────────────────────┘ taken by another: the next renewal or save finds fewer rows than held ──► FENCED,
 *                                    the session ends
 *
 * Two clocks, never compared with each other: the database's decides who holds what; this process's monotonic one decides
 * for how long it may believe so. A renewal that was asked for at t gives a lease until t + leaseMs or later by any clock
 * that runs at the same speed, as the database sets it after t; so no attempt begins from t + leaseMs - margin on.
 *
 * Each look is also the session's pulse: one that is not answered within the lease time ends the session.
 *
 * Crash points: before a claim commits, nothing was taken; after it, the lease runs out by itself; after a release
 * commits, whoever claims finds the cursor that was saved before it.
 */
import { randomInt } from "node:crypto";
import type pg from "pg";
import { abortableDelay } from "../abortable-delay.ts";
import { SHARD_GROUPS } from "../cursors/shard-groups.ts";
import { RelayError } from "../errors.ts";
import { fenced, type HeldEpochs } from "../sql/cursor-store.ts";
import type { DatabaseIdentity } from "../sql/database-identity.ts";
import {
  announceInstance,
  type ClaimedGroup,
  claimGroups,
  LEASE_CHANNEL,
  listenForLeases,
  lockInstance,
  readLeases,
  type RelayInstance,
  releaseGroups,
  removeInstance,
  renewLeases,
} from "../sql/leases.ts";
import { planLeases } from "./lease-plan.ts";

export interface LeaseKeeperOptions {
  /** The control connection: never inside a COPY. */
  readonly client: pg.Client;
  readonly instance: RelayInstance;
  /** Whether a pooler stands between: then no lock can say that the connection lives. */
  readonly isPooled: boolean;
  readonly identity: DatabaseIdentity;
  /** How long a lease lasts without renewal, by the database's clock. */
  readonly leaseMs: number;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  /** Groups were claimed, or some are to be released. */
  readonly onChange: () => void;
  /** The session cannot go on. */
  readonly onFailure: (error: Error) => void;
}

/** Of a lease, how much is left unused: a request may be on its way while the lease ends. */
const MARGIN = 0.1;
/** Renewals within the time of a lease: two may fail. */
const RENEWALS = 3;
/** The longest time between two looks at the others. */
const LOOK_MS = 1_000;
const FENCE_WAIT_MS = 20;

export class LeaseKeeper {
  readonly #options: LeaseKeeperOptions;
  readonly #lookMs: number;
  readonly #held = new Map<number, bigint>();
  /** Until when each held group may be published, by our own clock. */
  readonly #deadlines = new Map<number, number>();
  #claimed: ClaimedGroup[] = [];
  #excess: readonly number[] = [];
  #instances = 1;
  #renewedAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | null = null;
  #tick: Promise<void> | null = null;
  #isTickWanted = false;
  #isStopped = false;
  #lockKey: number | null = null;

  constructor(options: LeaseKeeperOptions) {
    this.#options = options;
    this.#lookMs = Math.min(LOOK_MS, options.leaseMs / 10);
  }

  /** Groups that are held, with their epochs. */
  get held(): HeldEpochs {
    return this.#held;
  }

  /** Groups above the fair share: to be finished, saved and released. */
  get excess(): readonly number[] {
    return this.#excess;
  }

  /** How many instances live, as the latest look found; this one among them. */
  get instances(): number {
    return this.#instances;
  }

  /** The local fence: whether everything held is surely still ours. */
  get isValid(): boolean {
    const now = this.#options.now();
    for (const deadline of this.#deadlines.values()) if (now >= deadline) return false;
    return true;
  }

  /** Enters the list of instances and looks for groups. @throws RelayError, or the database driver's error */
  async start(): Promise<void> {
    await this.#answered(this.#enter());
    await this.look();
  }

  /** Groups claimed since the last call. */
  takeClaimed(): readonly ClaimedGroup[] {
    return this.#claimed.splice(0);
  }

  /** Looks now rather than at the next turn. Single-flight; never rejects. */
  look(): Promise<void> {
    if (this.#isStopped) return Promise.resolve();
    this.#isTickWanted = true;
    this.#tick ??= this.#runTicks().finally(() => {
      this.#tick = null;
    });
    return this.#tick;
  }

  /** Resolves when something may be sent again, or when the signal is aborted. */
  async untilValid(signal: AbortSignal): Promise<void> {
    while (!this.isValid && !signal.aborted) {
      void this.look();
      await abortableDelay(FENCE_WAIT_MS, signal);
    }
  }

  /** A save at `askedAt` has renewed these groups. */
  noteRenewed(groups: Iterable<number>, askedAt: number): void {
    const deadline = askedAt + this.#options.leaseMs * (1 - MARGIN);
    for (const group of groups) if (this.#held.has(group)) this.#deadlines.set(group, deadline);
  }

  /** Gives groups back; nothing of them may be in flight or unsaved. @throws the database driver's error */
  async release(groups: readonly number[]): Promise<void> {
    const epochs = new Map([...this.#held].filter(([group]) => groups.includes(group)));
    for (const group of groups) {
      this.#held.delete(group);
      this.#deadlines.delete(group);
    }
    this.#claimed = this.#claimed.filter(({ group }) => !groups.includes(group));
    this.#excess = this.#excess.filter((group) => !groups.includes(group));
    await releaseGroups(this.#options.client, epochs);
  }

  /** Gives everything back and leaves the list of instances. @throws the database driver's error */
  async leave(): Promise<void> {
    this.stop();
    await this.#tick;
    const { client, instance } = this.#options;
    await removeInstance(client, instance.id);
    await this.release([...this.#held.keys()]);
    await announceInstance(client);
  }

  /** Renews nothing any more. */
  stop(): void {
    this.#isStopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  async #enter(): Promise<void> {
    const { client, instance } = this.#options;
    client.on("notification", ({ channel }) => {
      if (channel === LEASE_CHANNEL) void this.look();
    });
    await removeInstance(client, instance.id);
    await listenForLeases(client);
    // A key for each session: an earlier connection of this process may not be quite gone.
    const lockKey = randomInt(2 ** 31 - 1);
    if (!this.#options.isPooled && (await lockInstance(client, lockKey))) this.#lockKey = lockKey;
    await this.#renew();
    await announceInstance(client);
  }

  async #runTicks(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    try {
      while (this.#isTickWanted && !this.#isStopped) {
        this.#isTickWanted = false;
        await this.#answered(this.#runOnce());
      }
    } catch (error) {
      this.#options.onFailure(error instanceof Error ? error : new Error(String(error)));
      this.stop();
    }
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => void this.look(), this.#nextLookMs);
  }

  /** Whoever is alone and holds everything has nothing to look for between renewals: others announce themselves. */
  get #nextLookMs(): number {
    const { isPooled, leaseMs } = this.#options;
    const hasAll = this.#instances === 1 && this.#held.size === SHARD_GROUPS;
    return hasAll && !isPooled ? leaseMs / RENEWALS : this.#lookMs;
  }

  async #runOnce(): Promise<void> {
    const { client, instance, leaseMs, identity, now, onChange } = this.#options;
    if (!this.isValid || now() - this.#renewedAt >= leaseMs / RENEWALS - this.#lookMs / 2) await this.#renew();
    const held = [...this.#held.keys()];
    const view = await readLeases(client, instance.id, held);
    this.#instances = new Set([...view.living, instance.id]).size;
    const { claim, release } = planLeases(instance.id, held, view);
    const isNews = release.length > 0 && this.#excess.length === 0;
    this.#excess = release.filter((group) => this.#held.has(group));
    if (claim > 0 && !this.#isStopped) {
      const askedAt = now();
      const claimed = await claimGroups(client, { instanceId: instance.id, leaseMs, identity, count: claim, held });
      for (const { group, epoch } of claimed) this.#held.set(group, epoch);
      this.#claimed.push(...claimed);
      this.noteRenewed(
        claimed.map(({ group }) => group),
        askedAt,
      );
      if (claimed.length > 0) onChange();
    }
    if (isNews) onChange();
  }

  /**
   * A server or a network can fall silent without closing the connection, and TCP takes a quarter of an hour to notice.
   *
   * @throws RelayError DATABASE_UNREACHABLE when nothing comes within the lease time
   */
  async #answered(looking: Promise<void>): Promise<void> {
    const { leaseMs } = this.#options;
    const done = new AbortController();
    const late = abortableDelay(leaseMs, done.signal).then(() => {
      if (done.signal.aborted) return;
      looking.catch(() => {}); // told here
      throw new RelayError("DATABASE_UNREACHABLE", `PostgreSQL has not answered for ${leaseMs} ms`);
    });
    try {
      await Promise.race([looking, late]);
    } finally {
      done.abort();
    }
  }

  /** @throws RelayError CURSOR_FENCED */
  async #renew(): Promise<void> {
    const { client, instance, leaseMs, now } = this.#options;
    const asked = new Map(this.#held);
    const askedAt = now();
    const renewed = await renewLeases(client, { ...instance, lockKey: this.#lockKey }, leaseMs, asked);
    this.#renewedAt = askedAt;
    this.noteRenewed(renewed, askedAt);
    // What was released meanwhile is not missing.
    if ([...asked.keys()].some((group) => this.#held.has(group) && !renewed.includes(group))) throw fenced();
  }
}
