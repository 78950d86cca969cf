import { migrate, writePrismaMigrations } from "@waybill/outbox";
import type { CliEnvironment } from "../cli-environment.ts";
import { databasePlace } from "../connect-to-postgres.ts";
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
    await writePrismaMigrations(prisma);
    environment.stdout(`wrote the migrations of the schema waybill into ${prisma}\n`);
    return;
  }
  await withAdminClient(databaseUrl, environment, async (client, url) => {
    await migrate(client);
    environment.stdout(`the schema waybill at ${databasePlace(url)} is up to date\n`);
  });
}
