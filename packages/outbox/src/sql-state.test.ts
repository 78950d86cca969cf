import { expect, it } from "@jest/globals";
import { sqlStateOf } from "./sql-state.ts";

it.each([
  [{ code: "P2010", meta: { driverAdapterError: { cause: { originalCode: "42P01" } } } }, "42P01"],
  [{ code: "42P01" }, "42P01"],
  [{ code: "P0001" }, "P0001"],
  [{ code: "P2028", meta: {} }, null],
  [{ code: "ECONNREFUSED" }, null],
  [new Error("no code"), null],
  [undefined, null],
  ["42P01", null],
])("reads %j", (error, state) => {
  expect(sqlStateOf(error)).toBe(state);
});
