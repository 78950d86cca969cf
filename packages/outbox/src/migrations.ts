import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";

/** One numbered SQL file of the database schema `waybill`. Once released it never changes: a later one mends it. */
export interface Migration {
  /** The file's name without its ending, for example `0001_outbox`. */
  readonly name: string;
  /** Its statements. Each can run twice. */
  readonly sql: string;
  /** SHA-256 over `sql`, as hex. */
  readonly checksum: string;
}

const folder = new URL("../sql/", import.meta.url); // the same from src and from dist

/** The migrations of this version of the package, in the order in which they are applied. */
export async function migrations(): Promise<readonly Migration[]> {
  const files = (await readdir(folder)).filter((file) => /^\d{4}_\w+\.sql$/.test(file)).sort();
  return Promise.all(files.map(readMigration));
}

async function readMigration(file: string): Promise<Migration> {
  const text = await readFile(new URL(file, folder), "utf8");
  const sql = text.replaceAll("\r\n", "\n"); // git may check out CRLF; the checksum must not depend on the machine
  return { name: file.replace(/\.sql$/, ""), sql, checksum: createHash("sha256").update(sql).digest("hex") };
}
