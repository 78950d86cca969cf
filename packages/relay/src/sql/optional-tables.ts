import type pg from "pg";

/** Tables of later migrations, which an admin command can do without. */
export type OptionalTable = "waybill.relay_instance" | "waybill.dead_letter" | "waybill.migration";

/** Whether the database has it. */
export async function hasTable(client: pg.Client, table: OptionalTable): Promise<boolean> {
  const { rows } = await client.query<{ found: boolean }>("SELECT to_regclass($1) IS NOT NULL AS found", [table]);
  return rows[0]?.found === true;
}
