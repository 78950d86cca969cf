import type pg from "pg";
import type { CliEnvironment } from "../cli-environment.ts";
import { databasePlace } from "../database/connect-to-postgres.ts";
import { checkForeignXids, checkXids } from "../database/database-checks.ts";
import { requireUsableDatabase } from "../database/database-requirements.ts";
import { RelayError } from "../errors.ts";
import { adoptCursor, republishAll } from "../sql/adopt-cursor.ts";
import { loadCursors } from "../sql/cursor-store.ts";
import { readDatabaseIdentity } from "../sql/database-identity.ts";
import { readXidState } from "../sql/database-state.ts";
import { withAdminClient } from "./admin-client.ts";

export interface AdoptFlags {
  readonly databaseUrl?: string;
  readonly keepPosition?: true;
  readonly republishAll?: true;
}

/** `outbox-relay adopt`: makes the cursor this database's own. */
export async function adoptCommand(flags: AdoptFlags, environment: CliEnvironment): Promise<void> {
  if ((flags.keepPosition === true) === (flags.republishAll === true)) {
    throw new RelayError(
      "SETTINGS_INVALID",
      "adopt expects one of --keep-position and --republish-all. When in doubt, --republish-all: it repeats events, " +
        "and never loses one.",
    );
  }
  await withAdminClient(flags.databaseUrl, environment, async (client, url) => {
    await requireUsableDatabase(client, url);
    const done = flags.keepPosition === true ? await keepPosition(client) : await republish(client);
    environment.stdout(`${databasePlace(url)}: ${done}\n`);
  });
}

async function keepPosition(client: pg.Client): Promise<string> {
  const xids = await readXidState(client);
  checkForeignXids(xids);
  for (const { cursor } of await loadCursors(client)) checkXids(cursor, xids.snapshot);
  await adoptCursor(client, await readDatabaseIdentity(client));
  return "the relay goes on from where its cursors stand";
}

async function republish(client: pg.Client): Promise<string> {
  const rows = await republishAll(client, await readDatabaseIdentity(client));
  return `the relay publishes all ${rows} rows of the outbox again`;
}
