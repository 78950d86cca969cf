import { expect, it } from "@jest/globals";
import { isLocalDatabase } from "./is-local-database.ts";

it.each([
  ["postgresql://localhost/shop", true],
  ["postgresql://127.0.0.1:5433/shop", true],
  ["postgresql://[::1]/shop", true],
  ["postgresql://u:p@%2Fvar%2Frun%2Fpostgresql/shop", true],
  ["postgresql://localhost/shop?host=/tmp", true],
  ["postgresql://10.0.0.7/shop", true],
  ["postgresql://10.0.0.8/shop", false],
  ["postgresql://localhost/shop?host=db.example.com", false],
  ["postgresql://db.example.com/shop", false],
  ["postgresql://localhost.example.com/shop", false],
])("isLocalDatabase(%s) is %s", (url, expected) => {
  expect(isLocalDatabase(url, ["10.0.0.7"])).toBe(expected);
});
