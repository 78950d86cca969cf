import { expect, it } from "@jest/globals";
import { readFaultSettings } from "./fault-settings.ts";
import { brokenBudget, type FaultResult, faultTable } from "./fault-table.ts";

const well: FaultResult = {
  fault: "SIGKILL of the relay",
  relays: 1,
  relay: "wire",
  seed: 1,
  seconds: 2,
  strikes: 3,
  committed: 100,
  lost: 0,
  inverted: 0,
  repeated: 7,
  phantom: 0,
  mayRepeat: 50,
  mayForget: false,
};

it("finds nothing in a run that is well", () => {
  expect(brokenBudget(well)).toEqual([]);
  expect(brokenBudget({ ...well, mayForget: true, phantom: 4 })).toEqual([]);
});

it.each([
  [{ lost: 2 }, "2 events lost"],
  [{ inverted: 1 }, "1 events inverted"],
  [{ repeated: 51 }, "51 events repeated, where at most 50 may be"],
  [{ phantom: 4 }, "4 events on the topic that never committed"],
])("finds %j", (changes, finding) => {
  expect(brokenBudget({ ...well, ...changes })).toEqual([finding]);
});

it("sums runs of a fault in a row", () => {
  const table = faultTable([well, { ...well, seed: 2, repeated: 1 }, { ...well, relay: "kafkajs" }]);
  expect(table.split("\n").slice(2)).toEqual([
    "| SIGKILL of the relay | wire | 1 | 2 | 6 | 200 | 0 | 0 | 8 | 100 | 0 | 2 | 1, 2 |",
    "| SIGKILL of the relay | kafkajs | 1 | 1 | 3 | 100 | 0 | 0 | 7 | 50 | 0 | 2 | 1 |",
  ]);
});

it("reads the settings of a run", () => {
  expect(readFaultSettings({})).toMatchObject({ seconds: 1, seed: 1, relays: 1, reportFile: null });
  const env = { WAYBILL_FAULTS_SECONDS: "60", WAYBILL_FAULTS_RELAY: '{"batchSize":"7"}' };
  expect(readFaultSettings(env)).toMatchObject({ seconds: 60, relaySettings: { batchSize: "7" } });
});

it.each([
  [{ WAYBILL_FAULTS_SECONDS: "soon" }, 'WAYBILL_FAULTS_SECONDS expects a whole number above 0, not "soon"'],
  [{ WAYBILL_FAULTS_RELAY: '{"colour":"red"}' }, "WAYBILL_FAULTS_RELAY: the relay has no setting colour"],
])("refuses %j", (env, message) => {
  expect(() => readFaultSettings(env)).toThrow(message);
});
