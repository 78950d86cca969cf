import { expect, it } from "@jest/globals";
import { checksOf } from "./check.ts";
import { doctorText } from "./doctor-text.ts";

it("prints each finding, its remedy below, and the summary last", () => {
  const { ok, warn, fail } = checksOf("kafka");
  const checks = [
    ok("reachable", "1 broker"),
    warn("auto-create", "on", "Off."),
    fail("topic:t", "missing", "Create it."),
  ];
  expect(doctorText(checks).split("\n")).toEqual([
    "ok    kafka reachable    1 broker",
    "warn  kafka auto-create  on",
    "                         -> Off.",
    "fail  kafka topic:t      missing",
    "                         -> Create it.",
    "",
    "3 checks: 1 ok, 1 warning, 1 failed",
    "",
  ]);
});
