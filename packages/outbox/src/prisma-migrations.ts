import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { OutboxError } from "./errors.ts";
import { type Migration, migrations } from "./migrations.ts";

/** What a run of {@link writePrismaMigrations} did, as names of folders. */
export interface WrittenMigrations {
  readonly written: readonly string[];
  /** There already, and as they should be. */
  readonly skipped: readonly string[];
}

/**
 * Writes the migrations of the database schema `waybill` as Prisma migrations, `<timestamp>_waybill_<name>/migration.sql`,
 * for `prisma migrate deploy`. Commit them: a folder keeps its name, and the next run writes only what is new.
 *
 * @param dir Prisma's folder of migrations, such as `prisma/migrations`; made when only its parent is there
 * @throws OutboxError with code `MIGRATION_EDITED`, or `OPTION_INVALID` when the folder cannot be used
 */
export async function writePrismaMigrations(dir: string): Promise<WrittenMigrations> {
  const folders = await listFolders(dir);
  const skipped: string[] = [];
  const missing: Migration[] = [];
  for (const migration of await migrations()) {
    const folder = folders.find((name) => /^\d{14}_/.test(name) && name.slice(15) === `waybill_${migration.name}`);
    if (folder === undefined) {
      missing.push(migration);
    } else {
      await assertUnedited(join(dir, folder, "migration.sql"), migration);
      skipped.push(folder);
    }
  }
  const timestamps = nextTimestamps(folders, new Date(), missing.length);
  const written = missing.map(({ name }, index) => `${timestamps[index]}_waybill_${name}`);
  for (const [index, folder] of written.entries()) {
    await mkdir(join(dir, folder));
    await writeFile(join(dir, folder, "migration.sql"), (missing[index] as Migration).sql);
  }
  return { written, skipped };
}

/**
 * Prisma applies folders in the order of their names and takes one that sorts before an applied one for a rewritten
 * history, so new ones come after all that are there, whatever clock named those.
 */
export function nextTimestamps(folders: readonly string[], now: Date, count: number): string[] {
  const latest = folders.map(timeOf).reduce((max, time) => Math.max(max, time), 0);
  const base = Math.max(Math.floor(now.getTime() / 1000), latest + 1);
  return Array.from({ length: count }, (_, index) =>
    new Date((base + index) * 1000).toISOString().replace(/\D/g, "").slice(0, 14),
  );
}

/** The instant that a migration's folder is named by, in seconds since 1970; 0 when it is named otherwise. */
function timeOf(folder: string): number {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)_/.exec(folder);
  if (parts === null) return 0;
  const [year = 0, month = 1, day, hour, minute, second] = parts.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}

async function listFolders(dir: string): Promise<string[]> {
  try {
    await mkdir(dir).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    });
    const entries = await readdir(dir, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch (error) {
    throw new OutboxError(
      "OPTION_INVALID",
      `cannot write Prisma migrations into ${dir}: ${(error as Error).message}. ` +
        "Give the migrations folder that prisma.config.ts names, such as prisma/migrations",
      { cause: error },
    );
  }
}

async function assertUnedited(file: string, migration: Migration): Promise<void> {
  let text: string | undefined;
  let cause: unknown;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    cause = error;
  }
  if (text?.replaceAll("\r\n", "\n") === migration.sql) return;
  throw new OutboxError(
    "MIGRATION_EDITED",
    `${file} ${text === undefined ? "cannot be read" : "is not what this version of @waybill/outbox writes"}. ` +
      "Restore it from git and put changes of your own into a migration of your own; if it was never applied " +
      "anywhere, delete its folder and run this again",
    cause === undefined ? {} : { cause },
  );
}
