import pg from "pg";
import { startPostgres } from "../src/postgres.ts";

// A process that owns a PostgreSQL, for owner-dies.int.test.ts to end in its ways.
const postgres = await startPostgres();
const client = new pg.Client({ connectionString: postgres.url });
await client.connect();
const { rows } = await client.query<{ folder: string }>("SELECT current_setting('data_directory') AS folder");
await client.end();
process.stdout.write(`${JSON.stringify({ pid: postgres.pid, folder: rows[0]?.folder })}\n`);
setInterval(() => {}, 60_000);
