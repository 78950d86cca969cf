import { fileURLToPath } from "node:url";
import { startServiceProcess } from "@waybill/sandbox/service-process";
import { waybillOutbox } from "./outbox-tables.ts";
import type { Subject } from "./subject.ts";

/** Compiled, as users run it: with the sources, Node would hold its TypeScript compiler in memory too. */
const main = fileURLToPath(new URL("../../../packages/relay/dist/main.js", import.meta.url));

/** `outbox-relay run` in a process of its own, with its defaults but for `flags`. */
export function relaySubject(name: string, title: string, flags: readonly string[]): Subject {
  return {
    name,
    title,
    table: waybillOutbox,
    start: (rig, { profileFolder }) =>
      startServiceProcess({
        name: title,
        command: process.execPath,
        args: [
          ...(profileFolder === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileFolder}`]),
          main,
          "run",
          `--database-url=${rig.postgres.url}`,
          `--brokers=${rig.broker}`,
          `--registry-url=${rig.registry.url}`,
          "--auto-register",
          "--http-host=127.0.0.1",
          "--http-port=0",
          ...flags,
        ],
        ready: { line: "shard groups held" },
      }),
  };
}
