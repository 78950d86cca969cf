/** Faults of PostgreSQL. Seconds long here; `pnpm faults` makes them for minutes. */
import { databaseFails } from "./database-fails.ts";
import { databaseReplaced } from "./database-replaced.ts";
import { faultSuite } from "./fault-suite.ts";

faultSuite("PostgreSQL", { faults: [...databaseFails, ...databaseReplaced], brokers: 1 });
