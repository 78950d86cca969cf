// `pnpm faults`: the relay's fault suite on a real Kafka and PostgreSQL, as long, as often and on whichever relay one
// likes, and its table of all runs. `pnpm test:faults`, which CI runs, is the same suite, short.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type FaultResult, faultTable } from "../packages/relay/test/faults/fault-table.ts";

const help = `pnpm faults [options]

  --seconds <n>       how long each fault is made, again and again (30)
  --runs <n>          runs of everything, each with a seed of its own (1)
  --seed <n>          of the first run; the next ones count on from it (random)
  --driver <name>     of the relays: wire, kafkajs; repeat it for both (wire)
  --delivery <how>    of the relays, when they have the setting
  --relays <n>        that share a database at least (1)
  --set <name=value>  a further setting of the relays by its name; may be repeated
  --only <text>       only faults whose name matches
  --report <file>     adds the rows to those of earlier runs in this file
  --table <file>      prints the table of such a file and runs nothing
  --help
`;

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "30" },
    runs: { type: "string", default: "1" },
    seed: { type: "string" },
    driver: { type: "string", multiple: true, default: ["wire"] },
    delivery: { type: "string" },
    relays: { type: "string", default: "1" },
    set: { type: "string", multiple: true, default: [] },
    only: { type: "string" },
    report: { type: "string" },
    table: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

/** Suites at once: one's broker starts while another's writers write. */
const WORKERS = 2;

if (values.help) console.log(help);
else if (values.table !== undefined) printTable(values.table);
else runAll();

function runAll(): void {
  const folder = mkdtempSync(join(tmpdir(), "waybill-faults-"));
  const reportFile = values.report ?? join(folder, "report.jsonl");
  const firstSeed = Number(values.seed ?? 1 + Math.floor(Math.random() * 1e6));
  let failures = 0;
  for (let run = 0; run < Number(values.runs); run++) {
    for (const driver of values.driver) {
      if (!runOnce({ driver, seed: firstSeed + run, reportFile })) failures++;
    }
  }
  console.log("\nAll runs:\n");
  printTable(reportFile);
  rmSync(folder, { recursive: true });
  if (failures === 0) return;
  console.error(`\n${failures} of ${Number(values.runs) * values.driver.length} runs failed: --seed repeats one`);
  process.exitCode = 1;
}

interface RunOptions {
  readonly driver: string;
  readonly seed: number;
  readonly reportFile: string;
}

/** Whether it passed. */
function runOnce({ driver, seed, reportFile }: RunOptions): boolean {
  const { delivery, set } = values;
  const relay = { driver, ...(delivery !== undefined && { delivery }), ...Object.fromEntries(set.map(splitSetting)) };
  const jest = [
    "--conditions=@waybill/source",
    "--experimental-vm-modules",
    "--disable-warning=ExperimentalWarning",
    "--disable-warning=TimeoutNegativeWarning",
    "node_modules/jest/bin/jest.js",
    "packages/relay/test/faults/",
    `--maxWorkers=${WORKERS}`,
    ...(values.only === undefined ? [] : ["-t", values.only]),
  ];
  const env = {
    ...process.env,
    WAYBILL_FAULTS_SECONDS: values.seconds,
    WAYBILL_FAULTS_SEED: String(seed),
    WAYBILL_FAULTS_RELAYS: values.relays,
    WAYBILL_FAULTS_RELAY: JSON.stringify(relay),
    WAYBILL_FAULTS_REPORT: reportFile,
  };
  return spawnSync(process.execPath, jest, { stdio: "inherit", env }).status === 0;
}

function printTable(reportFile: string): void {
  const lines = existsSync(reportFile) ? readFileSync(reportFile, "utf8").trim().split("\n") : [];
  console.log(faultTable(lines.map((line) => JSON.parse(line) as FaultResult)));
}

function splitSetting(text: string): [string, string] {
  const at = text.indexOf("=");
  if (at < 1) throw new Error(`--set expects <setting>=<value>, such as lanes=4, not ${JSON.stringify(text)}`);
  return [text.slice(0, at), text.slice(at + 1)];
}
