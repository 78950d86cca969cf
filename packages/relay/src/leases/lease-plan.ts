import { SHARD_GROUPS } from "../cursors/shard-groups.ts";

/** What the database says about instances and groups, by its own clock. */
export interface LeaseView {
  /** Ids of the instances that have been seen within their lease time. */
  readonly living: readonly string[];
  /** Groups that nobody holds, whose lease is over, or that this instance held before it reconnected. */
  readonly free: readonly number[];
}

/** What an instance does about it. */
export interface LeasePlan {
  /** How many free groups to take. */
  readonly claim: number;
  /** Groups to finish, save and give back. */
  readonly release: readonly number[];
}

/**
 * The groups that an instance should hold: as many as every other, the first ones by id one more where they do not divide.
 * All living instances compute the same, so their shares sum up to all groups.
 */
export function fairShare(me: string, living: readonly string[]): number {
  const instances = [...new Set([...living, me])].sort();
  const rest = SHARD_GROUPS % instances.length;
  return Math.floor(SHARD_GROUPS / instances.length) + (instances.indexOf(me) < rest ? 1 : 0);
}

/** Gives back what is above the fair share, highest groups first; takes free groups up to it. */
export function planLeases(me: string, held: readonly number[], { living, free }: LeaseView): LeasePlan {
  const share = fairShare(me, living);
  const release = [...held].sort((a, b) => a - b).slice(share);
  return { claim: Math.max(0, Math.min(share - held.length, free.length)), release };
}
