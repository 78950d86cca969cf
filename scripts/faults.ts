// `pnpm faults`: the relay's fault suite on a real Kafka and PostgreSQL, as long, as often and on whichever relay one
// likes, and its table of all runs. CI runs the same suite, short, as part of `pnpm test:kafka`.
//
//   pnpm faults --seconds 60 --runs 5              five seeds, a minute for each fault
//   pnpm faults --seed 17 --only "SIGKILL"         one seed again, the faults whose names match
//   pnpm faults --report faults.jsonl              adds its rows to those of earlier runs
//   pnpm faults --relays 3 --set driver=kafkajs    three relays, with a setting of theirs by its name
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type FaultResult, faultTable } from "../packages/relay/test/faults/fault-table.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "30" },
    runs: { type: "string", default: "1" },
    seed: { type: "string" },
    relays: { type: "string", default: "1" },
    set: { type: "string", multiple: true, default: [] },
    only: { type: "string" },
    report: { type: "string" },
  },
});

const folder = mkdtempSync(join(tmpdir(), "waybill-faults-"));
const reportFile = values.report ?? join(folder, "report.jsonl");
const firstSeed = Number(values.seed ?? 1 + Math.floor(Math.random() * 1e6));
const jest = [
  "--conditions=@waybill/source",
  "--experimental-vm-modules",
  "--disable-warning=ExperimentalWarning",
  "--disable-warning=TimeoutNegativeWarning",
];
const pattern = values.only === undefined ? [] : ["-t", values.only];

let failures = 0;
for (let run = 0; run < Number(values.runs); run++) {
  const { status } = spawnSync(
    process.execPath,
    [...jest, "node_modules/jest/bin/jest.js", "packages/relay/test/faults/faults.int", ...pattern],
    {
      stdio: "inherit",
      env: {
        ...process.env,
        WAYBILL_TEST_BROKER: "kafka",
        WAYBILL_FAULTS_SECONDS: values.seconds,
        WAYBILL_FAULTS_SEED: String(firstSeed + run),
        WAYBILL_FAULTS_RELAYS: values.relays,
        WAYBILL_FAULTS_RELAY: JSON.stringify(Object.fromEntries(values.set.map(splitSetting))),
        WAYBILL_FAULTS_REPORT: reportFile,
      },
    },
  );
  if (status !== 0) failures++;
}
const lines = existsSync(reportFile) ? readFileSync(reportFile, "utf8").trim().split("\n") : [];
console.log(`\nAll runs:\n\n${faultTable(lines.map((line) => JSON.parse(line) as FaultResult))}`);
rmSync(folder, { recursive: true });
if (failures > 0) {
  console.error(`\n${failures} of ${values.runs} runs failed: give --seed to repeat one`);
  process.exitCode = 1;
}

function splitSetting(text: string): [string, string] {
  const at = text.indexOf("=");
  if (at < 1) throw new Error(`--set expects <setting>=<value>, such as driver=kafkajs, not ${JSON.stringify(text)}`);
  return [text.slice(0, at), text.slice(at + 1)];
}
