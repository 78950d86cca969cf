import { join } from "node:path";
import { migrate, writePrismaMigrations } from "@waybill/outbox";
import type { CliEnvironment } from "../cli-environment.ts";
import { databasePlace } from "../database/connect-to-postgres.ts";
import { withAdminClient } from "./admin-client.ts";

export interface MigrateFlags {
  readonly databaseUrl?: string;
  readonly prisma?: string;
}

/** `outbox-relay migrate`: applies the numbered SQL files, or writes them as Prisma migrations. */
export async function migrateCommand(
  { databaseUrl, prisma }: MigrateFlags,
  environment: CliEnvironment,
): Promise<void> {
  if (prisma !== undefined) {
    const { written, skipped } = await writePrismaMigrations(prisma);
    for (const folder of written) environment.stdout(`wrote ${join(prisma, folder)}\n`);
    environment.stdout(`${prisma}: ${written.length} migrations written, ${skipped.length} there already\n`);
    return;
  }
  await withAdminClient(databaseUrl, environment, async (client, url) => {
    const { applied } = await migrate(client);
    for (const name of applied) environment.stdout(`applied ${name}\n`);
    environment.stdout(`the schema waybill at ${databasePlace(url)} is up to date\n`);
  });
}
