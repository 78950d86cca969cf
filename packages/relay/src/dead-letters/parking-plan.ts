import type { EventProblem } from "../publishing/event-problems.ts";
import type { ParkedRow, RowPlace } from "../sql/park-rows.ts";
import type { HeldKey } from "./held-keys.ts";

/**
 * What becomes of an event that cannot be published.
 *
 * - `hold-key`: it is parked, and later events of its topic and key wait behind it. All others go on.
 * - `skip`: it is parked, and everything goes on: what follows on its key overtakes it.
 * - `hold`: nothing is parked, and nothing after it is published.
 */
export const PROBLEM_POLICIES = ["hold-key", "skip", "hold"] as const;
export type ProblemPolicy = (typeof PROBLEM_POLICIES)[number];

export interface ParkingPlan {
  readonly rows: readonly ParkedRow[];
  /** Keys that are held from now on, each behind its first row. */
  readonly keys: readonly (HeldKey & { readonly fromId: number })[];
}

/** Whether a row that is parked holds its key. */
export function holdsItsKey(key: string | null, policy: ProblemPolicy): key is string {
  return key !== null && policy === "hold-key";
}

/**
 * Of rows that were refused together, the first of each key is the offender, and the others wait behind it.
 *
 * @param refused in order of id
 */
export function planParking(
  refused: readonly RowPlace[],
  { reason, message }: Pick<EventProblem, "reason" | "message">,
  policy: ProblemPolicy,
): ParkingPlan {
  const keys = new Map<string, HeldKey & { fromId: number }>();
  const rows = refused.map(({ id, shard, topic, key }): ParkedRow => {
    const holdsKey = holdsItsKey(key, policy);
    if (!holdsKey) return { id, problem: { reason, message }, holdsKey };
    const name = JSON.stringify([topic, key]);
    if (keys.has(name)) return { id, problem: null, holdsKey };
    keys.set(name, { shard, topic, key, fromId: id });
    return { id, problem: { reason, message }, holdsKey };
  });
  return { rows, keys: [...keys.values()] };
}

/** Those that come behind one of the keys. */
export function behind(later: readonly RowPlace[], keys: ParkingPlan["keys"]): ParkedRow[] {
  const fromIds = new Map(keys.map(({ topic, key, fromId }) => [JSON.stringify([topic, key]), fromId]));
  return later
    .filter(({ id, topic, key }) => id > (fromIds.get(JSON.stringify([topic, key])) ?? Number.POSITIVE_INFINITY))
    .map(({ id }) => ({ id, problem: null, holdsKey: true }));
}
