import type { Migration } from "@waybill/outbox";
import type {
  ClockDifference,
  OldTransaction,
  SequenceFacts,
  ServerFacts,
  SlotFacts,
} from "../../sql/database-health.ts";
import type { ReaderPlan } from "../../sql/reader-plans.ts";
import { formatBytes, formatSpan } from "../human-units.ts";
import { type Check, checksOf } from "./check.ts";

const { ok, warn, fail } = checksOf("database");

const OLDEST_VERSION = 150_000;
/** Clocks further apart than this show in ages and delays. */
const CLOCK_TOLERANCE_MS = 1_000;

export function checkServer({ version, versionText, synchronousCommit, fsync }: ServerFacts): Check[] {
  return [
    version >= OLDEST_VERSION
      ? ok("version", `PostgreSQL ${versionText}`)
      : fail("version", `PostgreSQL ${versionText} is older than 15`, "Upgrade to PostgreSQL 15 or newer."),
    fsync === "on"
      ? ok("fsync", "fsync is on")
      : warn(
          "fsync",
          "fsync is off: a crash of the machine may lose committed events, or the database",
          "Turn fsync on.",
        ),
    synchronousCommit === "off"
      ? warn(
          "synchronous-commit",
          "synchronous_commit is off by default here: an event may be published whose transaction a crash then forgets",
          "Leave synchronous_commit on for transactions that publish.",
        )
      : ok("synchronous-commit", `synchronous_commit is ${synchronousCommit}`),
  ];
}

export function checkMigrations(
  known: readonly Migration[],
  applied: ReadonlyMap<string, string> | null,
  missingTables: readonly string[],
): Check {
  const remedy = "Run `outbox-relay migrate` (or, where Prisma migrates, `outbox-relay migrate --prisma <dir>`).";
  if (missingTables.length > 0) return fail("migrations", `${missingTables.join(", ")} missing`, remedy);
  if (applied === null) {
    return warn(
      "migrations",
      "the tables are there, but waybill.migration is not: other means migrated (Prisma?), so the version is not known",
      "Compare your migrations with the files that `outbox-relay migrate --prisma <dir>` writes.",
    );
  }
  const pending = known.filter(({ name }) => !applied.has(name)).map(({ name }) => name);
  if (pending.length > 0) return fail("migrations", `not applied: ${pending.join(", ")}`, remedy);
  const edited = known.filter(({ name, checksum }) => applied.get(name) !== checksum).map(({ name }) => name);
  if (edited.length > 0) {
    return fail(
      "migrations",
      `applied with another content than this version's: ${edited.join(", ")}`,
      "Install @waybill/outbox and @waybill/relay anew, in versions that belong together.",
    );
  }
  const names = new Set(known.map(({ name }) => name));
  const newer = [...applied.keys()].filter((name) => !names.has(name));
  if (newer.length > 0) {
    return warn(
      "migrations",
      `of a newer version: ${newer.join(", ")}`,
      "Update this relay to the newest in use here.",
    );
  }
  return ok("migrations", `all ${known.length} applied`);
}

export function checkPrivileges(role: string, missing: readonly string[]): Check {
  if (missing.length === 0) return ok("privileges", `the role ${role} has what a relay needs`);
  const detail = `the role ${role} lacks ${missing.join(", ")}`;
  const isForRetention = (privilege: string) =>
    privilege.startsWith("TRUNCATE") || privilege === "INSERT on waybill.relay_cursor";
  return missing.every(isForRetention)
    ? warn(
        "privileges",
        `${detail}: it publishes, but cannot empty old slots or write the cursors anew`,
        missing.map((privilege) => `GRANT ${privilege} TO ${role};`).join(" "),
      )
    : fail("privileges", detail, `GRANT them to ${role}, or let the tables' owner run the relay.`);
}

export function checkPlan(
  id: "window-plan" | "backlog-plan",
  { wrongScans }: ReaderPlan,
  invalid: readonly string[],
): Check {
  const name = id === "window-plan" ? "the query of the steady state" : "the query of a backlog";
  if (wrongScans.length === 0) return ok(id, `${name} reads by its index`);
  const broken = invalid.length === 0 ? "" : `; not valid: ${invalid.join(", ")}`;
  return fail(
    id,
    `${name} would read by ${wrongScans.slice(0, 3).join(", ")}${wrongScans.length > 3 ? " …" : ""}${broken}`,
    "The indexes outbox_id and outbox_xid_id of waybill.outbox must be there and valid: `outbox-relay migrate` makes " +
      "missing ones, REINDEX mends invalid ones.",
  );
}

export function checkSlots(slots: readonly SlotFacts[]): Check[] {
  const loud = slots.filter(({ isAutovacuumOff }) => !isAutovacuumOff).map(({ slot }) => slot);
  const bytes = slots.reduce((sum, slot) => sum + slot.bytes, 0);
  const largest = slots.toSorted((a, b) => b.bytes - a.bytes)[0];
  const sizes = `${slots.length} slots, ${formatBytes(bytes)}${largest === undefined ? "" : `, the largest ${largest.slot} with ${formatBytes(largest.bytes)}`}`;
  return [
    slots.length === 8
      ? ok("slots", sizes)
      : fail("slots", `${sizes}: there must be 8`, "Run `outbox-relay migrate`, which makes missing ones."),
    loud.length === 0
      ? ok("slots-autovacuum", "autovacuum keeps away from the slots")
      : warn(
          "slots-autovacuum",
          `autovacuum works on ${loud.join(", ")}: nothing is gained, and its lock holds up the emptying of a slot`,
          `ALTER TABLE … SET (autovacuum_enabled = off, toast.autovacuum_enabled = off) on ${loud.length === 1 ? "it" : "them"}.`,
        ),
  ];
}

export function checkSequence({ cache, lastId }: SequenceFacts, highestId: number): Check[] {
  const remedy = "ALTER TABLE waybill.outbox ALTER COLUMN id SET CACHE 1.";
  const checks = [
    cache === 1
      ? ok("sequence-cache", "the sequence of waybill.outbox.id has CACHE 1")
      : cache === null
        ? warn("sequence-cache", "the role may not see the sequence of waybill.outbox.id", "Grant USAGE on it.")
        : fail(
            "sequence-cache",
            `the sequence has CACHE ${cache}: lower ids come after higher ones, and with them keys out of order`,
            remedy,
          ),
  ];
  if (lastId !== null && lastId < highestId) {
    checks.push(
      fail(
        "sequence-position",
        `the sequence is at ${lastId}, below the id ${highestId}: it was set back, and new events may overtake older ones`,
        `SELECT setval(pg_get_serial_sequence('waybill.outbox', 'id'), ${highestId}).`,
      ),
    );
  }
  return checks;
}

/** @param refusal why the relay would refuse this database; null when it would not */
export function checkCursors(refusal: string | null): Check {
  return refusal === null
    ? ok("cursors", "the cursors were made in this database")
    : fail("cursors", refusal, "Follow it. Until then no relay publishes from here.");
}

export function checkPooler(isPooled: boolean): Check {
  return isPooled
    ? warn(
        "pooler",
        "a pooler stands between: in transaction mode the relay's session settings do not hold",
        "Connect the relay directly, or in session mode.",
      )
    : ok("pooler", "the connection is direct");
}

export function checkClock({ aheadMs, roundTripMs }: ClockDifference): Check {
  const uncertain = roundTripMs / 2;
  const detail = `the database's clock is ${formatSpan(Math.abs(aheadMs))} ${aheadMs < 0 ? "behind" : "ahead of"} this machine's`;
  return Math.abs(aheadMs) - uncertain <= CLOCK_TOLERANCE_MS
    ? ok("clock", `${detail} (round trip ${formatSpan(roundTripMs)})`)
    : warn(
        "clock",
        `${detail}: leases go by the database's and are right, but dates across machines do not compare`,
        "Synchronise both clocks (NTP).",
      );
}

export function checkOldTransactions(old: readonly OldTransaction[], patienceMs: number): Check {
  if (old.length === 0) return ok("old-transactions", `no transaction is older than ${formatSpan(patienceMs)}`);
  const list = old.slice(0, 3).map(({ what, name, user, application, state, ageMs }) => {
    const who = [user, application === "" ? null : application].filter((part) => part !== null).join(", ");
    return `${what} ${name} (${who}; ${state}; ${formatSpan(ageMs)})`;
  });
  const hasPrepared = old.some(({ what }) => what === "prepared transaction");
  return warn(
    "old-transactions",
    `${list.join("; ")}${old.length > 3 ? `; ${old.length - 3} more` : ""}: what they wrote is not published before they ` +
      "end, and slots that they touched cannot be emptied",
    `End them: pg_terminate_backend(<pid>)${hasPrepared ? ", COMMIT PREPARED or ROLLBACK PREPARED '<name>'" : ""}.`,
  );
}
