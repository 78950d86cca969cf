import type pg from "pg";
import { abortableDelay } from "../../abortable-delay.ts";
import type { CliEnvironment } from "../../cli-environment.ts";
import { RelayError } from "../../errors.ts";
import { type AskedRow, countAsked, countUnattended, stillParked } from "../../sql/dead-letter-requests.ts";
import { formatCount } from "../human-units.ts";
import { Progress } from "../progress.ts";
import { totalsText } from "./list-text.ts";

const LOOK_MS = 250;

/** Says so when nobody is there to do what was asked for. */
export async function warnIfUnattended(
  client: pg.Client,
  asked: readonly AskedRow[],
  { stderr }: CliEnvironment,
): Promise<void> {
  const shards = [...new Set(asked.map(({ shard }) => shard))];
  const unattended = await countUnattended(client, shards);
  if (unattended === 0) return;
  const which = unattended === shards.length ? "their shards" : `${unattended} of their ${shards.length} shards`;
  stderr(`No relay holds ${which} now: it is done as soon as one runs. \`outbox-relay status\` tells more.\n`);
}

/** Waits until nothing is asked for any more. @throws RelayError DEAD_LETTERS_REMAIN when some could not be done */
export async function awaitRequests(
  client: pg.Client,
  asked: readonly AskedRow[],
  verb: string,
  environment: CliEnvironment,
): Promise<void> {
  const rowIds = asked.map(({ rowId }) => rowId);
  const progress = new Progress(environment, { verb, total: rowIds.length, now: () => performance.now() });
  for (;;) {
    const open = await countAsked(client, rowIds);
    progress.update(rowIds.length - open);
    if (open === 0) break;
    await abortableDelay(LOOK_MS, environment.shutdown);
    if (!environment.shutdown.aborted) continue;
    progress.close();
    throw new RelayError(
      "DEAD_LETTERS_REMAIN",
      `${formatCount(open)} of ${formatCount(rowIds.length)} dead letters are still asked for: the relay goes on with ` +
        "them, whether somebody waits or not.",
    );
  }
  progress.close();
  const left = await stillParked(client, rowIds);
  if (left.parked + left.behind === 0) return;
  throw new RelayError(
    "DEAD_LETTERS_REMAIN",
    `${formatCount(rowIds.length - left.parked - left.behind)} ${verb}; ${totalsText(left)} remain: they were refused ` +
      "again. `outbox-relay dead-letters list` tells why.",
  );
}
