import type { CursorRow } from "./cursor-rows.ts";

/**
 * Whether a row of `waybill.outbox` lies behind its group's cursor, as SQL. Snapshots go as parameters: compared with
 * the stored (toasted) column a row costs 10.7 us instead of 0.6.
 *
 * @param values the statement's parameters so far; those of the condition are added
 */
export function publishedCondition(cursors: readonly CursorRow[], values: unknown[]): string {
  const parameter = (value: unknown): string => `$${values.push(value)}`;
  const positions = Map.groupBy(cursors, ({ s1, s2, lastId }) => `${s1.text} ${s2?.text} ${s2 === null ? "" : lastId}`);
  const conditions = [...positions.values()].map((alike) => {
    const { s1, s2, lastId } = alike[0] as CursorRow;
    const shards = parameter(alike.flatMap((cursor) => cursor.shards));
    const seen = `pg_visible_in_snapshot(xid, ${parameter(s1.text)}::pg_snapshot)`;
    const window =
      s2 === null
        ? ""
        : ` OR (id <= ${parameter(String(lastId))}::bigint AND pg_visible_in_snapshot(xid, ${parameter(s2.text)}::pg_snapshot))`;
    return `(shard = ANY (${shards}::smallint[]) AND (${seen}${window}))`;
  });
  return conditions.length === 0 ? "false" : `(${conditions.join(" OR ")})`;
}
