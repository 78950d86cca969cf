import { expect, it } from "@jest/globals";
import { migrationProblem } from "./database-requirements.ts";

const known = [{ name: "0001_outbox" }, { name: "0002_relay" }];
const applied = (...names: string[]) => new Map(names.map((name) => [name, "sha"]));

it.each([
  ["all are applied", applied("0001_outbox", "0002_relay"), null],
  ["the database does not tell", null, null],
  [
    "some are missing",
    applied("0001_outbox"),
    "the database lacks 0002_relay of this version: run `outbox-relay migrate`",
  ],
  [
    "there are newer ones",
    applied("0001_outbox", "0002_relay", "0099_later"),
    "by a newer version (0099_later): update",
  ],
  ["some are missing and others newer", applied("0002_relay", "0099_later"), "lacks 0001_outbox of this version"],
])("tells what to run when %s", (_, names, told) => {
  const problem = migrationProblem(known, names);
  if (told === null) expect(problem).toBeNull();
  else expect(problem).toContain(told);
});
