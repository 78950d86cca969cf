import { migrations } from "@waybill/outbox";
import type pg from "pg";
import { databasePlace } from "../../database/connect-to-postgres.ts";
import { RelayError } from "../../errors.ts";
import { checkForeignXids, checkIdentity, checkXids } from "../../database/database-checks.ts";
import {
  canUseSchema,
  invalidIndexes,
  measureClock,
  lackingPrivileges,
  readAppliedMigrations,
  readOldTransactions,
  readSequence,
  readServerFacts,
  readSlots,
} from "../../sql/database-health.ts";
import { topId } from "../../sql/backlog-bounds.ts";
import { readCursorRows } from "../../sql/cursor-rows.ts";
import { loadCursors } from "../../sql/cursor-store.ts";
import { readDatabaseIdentity } from "../../sql/database-identity.ts";
import { isStandby, missingTables, readServerState, readXidState } from "../../sql/database-state.ts";
import { explainBacklog, explainWindow } from "../../sql/reader-plans.ts";
import { sessionSettings } from "../../sql/session-settings.ts";
import { type Check, checksOf } from "./check.ts";
import {
  checkClock,
  checkCursors,
  checkMigrations,
  checkOldTransactions,
  checkPlan,
  checkPooler,
  checkPrivileges,
  checkSequence,
  checkServer,
  checkSlots,
} from "./database-verdicts.ts";

const { ok, fail } = checksOf("database");

/** A transaction that publishes lasts seconds at most. */
const PATIENCE_MS = 5 * 60_000;

export interface DatabaseExamination {
  readonly checks: readonly Check[];
  /** Whether the outbox can be read, so that its topics and schemas can be looked at. */
  readonly isReadable: boolean;
}

/** Everything about the database, in an order in which an earlier failure explains later ones. */
export async function examineDatabase(client: pg.Client, databaseUrl: string): Promise<DatabaseExamination> {
  const server = await readServerFacts(client);
  const checks: Check[] = [ok("reachable", `connected to ${databasePlace(databaseUrl)} as ${server.role}`)];
  checks.push(...checkServer(server));
  if (await isStandby(client)) {
    const detail = "the server is a standby: its snapshots list no running transactions, so events would be lost";
    checks.push(fail("primary", detail, "Point --database-url (DATABASE_URL) at the primary."));
    return { checks, isReadable: false };
  }
  checks.push(ok("primary", "the server is a primary"), checkPooler(await isPooled(client)));
  checks.push(checkClock(await measureClock(client)));
  if (!(await canUseSchema(client))) {
    const detail = `the role ${server.role} may not use the schema waybill`;
    checks.push(
      fail("privileges", detail, `GRANT USAGE ON SCHEMA waybill TO ${server.role}, and rights on its tables.`),
    );
    return { checks, isReadable: false };
  }
  const missing = await missingTables(client);
  const privileges = await lackingPrivileges(client);
  checks.push(checkMigrations(await migrations(), await appliedMigrations(client, missing), missing));
  checks.push(checkPrivileges(server.role, privileges));
  const isReadable = missing.length === 0 && !privileges.some((privilege) => privilege.startsWith("SELECT"));
  if (isReadable) checks.push(...(await examineOutbox(client)));
  checks.push(checkOldTransactions(await readOldTransactions(client, PATIENCE_MS), PATIENCE_MS));
  return { checks, isReadable };
}

async function examineOutbox(client: pg.Client): Promise<Check[]> {
  await client.query(sessionSettings);
  const invalid = await invalidIndexes(client);
  const cursors = await readCursorRows(client);
  const highest = Math.max(await topId(client), ...cursors.map(({ lastId }) => lastId));
  return [
    checkCursors(await refusalOf(client)),
    checkPlan("window-plan", await explainWindow(client), invalid),
    checkPlan("backlog-plan", await explainBacklog(client), invalid),
    ...checkSlots(await readSlots(client)),
    ...checkSequence(await readSequence(client), highest),
  ];
}

/** What a relay would say that refuses to start here. */
async function refusalOf(client: pg.Client): Promise<string | null> {
  try {
    const here = await readDatabaseIdentity(client);
    const xids = await readXidState(client);
    for (const { cursor, identity } of await loadCursors(client)) {
      checkIdentity(identity, here);
      checkXids(cursor, xids.snapshot);
    }
    checkForeignXids(xids);
    return null;
  } catch (error) {
    if (RelayError.is(error)) return error.message;
    throw error;
  }
}

async function appliedMigrations(
  client: pg.Client,
  missing: readonly string[],
): Promise<ReadonlyMap<string, string> | null> {
  return missing.length > 0 ? new Map() : readAppliedMigrations(client);
}

/** Whether another backend serves this session than the one that it connected to. `pg` types do not list its pid. */
async function isPooled(client: pg.Client): Promise<boolean> {
  const pid: unknown = Reflect.get(client, "processID");
  return (await readServerState(client)).backendPid !== pid;
}
