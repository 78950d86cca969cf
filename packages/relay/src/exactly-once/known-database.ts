/** Pure: how a database and its groups are named in Kafka. */
import { createHash } from "node:crypto";
import { RelayError } from "../errors.ts";
import type { DatabaseIdentity } from "../sql/database-identity.ts";

/** A database that can be told from all others: what exactly-once needs. */
export interface KnownDatabase {
  readonly systemIdentifier: string;
  readonly timeline: number;
  readonly databaseOid: number;
}

/** @throws RelayError EXACTLY_ONCE_IMPOSSIBLE */
export function requireKnownDatabase({ systemIdentifier, timeline, databaseOid }: DatabaseIdentity): KnownDatabase {
  if (systemIdentifier !== null && timeline !== null) return { systemIdentifier, timeline, databaseOid };
  const hidden = [systemIdentifier === null && "pg_control_system()", timeline === null && "pg_walfile_name()"];
  throw new RelayError(
    "EXACTLY_ONCE_IMPOSSIBLE",
    `this server does not tell ${hidden.filter((name) => name !== false).join(" and ")}, so a failover that loses commits ` +
      "could not be told from none: cursors kept in Kafka would then lose events. Grant the relay's role EXECUTE on " +
      "them, or run it with --delivery at-least-once.",
  );
}

/** Of the group in this database, whoever holds it: the transactional id that fences, and the name of its bookmarks. */
export function laneNames(
  prefix: string,
  { systemIdentifier, databaseOid }: KnownDatabase,
  group: number,
): { readonly transactionalId: string; readonly key: string } {
  const database = `${systemIdentifier}/${databaseOid}`;
  const hash = createHash("sha256").update(database).digest("hex").slice(0, 16);
  return { transactionalId: `${prefix}-${hash}-${group}`, key: `${database}/${group}` };
}
