import { expect, it } from "@jest/globals";
import { bytesOf } from "../test/tree-fixture.ts";
import { formatLock, parseLock } from "./lock-file.ts";

const entry = { sha256: "ab", crc64: "cd" };

it("writes events and versions sorted, whatever their order", () => {
  const lock = new Map([
    ["users.user.registered", new Map([[1, entry]])],
    [
      "orders.order.placed",
      new Map([
        [10, entry],
        [2, entry],
      ]),
    ],
  ]);
  expect(formatLock(lock)).toBe(`{
  "lockVersion": 1,
  "events": {
    "orders.order.placed": {
      "v2": {
        "sha256": "ab",
        "crc64": "cd"
      },
      "v10": {
        "sha256": "ab",
        "crc64": "cd"
      }
    },
    "users.user.registered": {
      "v1": {
        "sha256": "ab",
        "crc64": "cd"
      }
    }
  }
}
`);
  expect(formatLock(new Map())).toBe('{\n  "lockVersion": 1,\n  "events": {}\n}\n');
});

it("reads what it wrote, and knows where each version stands", () => {
  const text = formatLock(new Map([["orders.order.placed", new Map([[1, entry]])]]));
  const at = { file: "schemas.lock.json", line: 5, column: 13 };
  expect(parseLock(bytesOf(text)).lock).toEqual(new Map([["orders.order.placed", new Map([[1, { ...entry, at }]])]]));
});

it("reports everything that is wrong with a lock", () => {
  const text = '{ "lockVersion": 2, "events": { "a.b.c": { "1": {}, "v1": { "sha256": 1 } }, "d.e.f": 0 } }';
  const { lock, problems } = parseLock(bytesOf(text));
  expect(lock).toBeNull();
  expect(problems?.map(({ column, message }) => `${column}: ${message}`)).toEqual([
    '18: "lockVersion" must be 1; another one needs another release of the schemas CLI',
    '49: "1" is no version; versions are v1, v2 and so on',
    '49: "1" needs the strings "sha256" and "crc64"',
    '59: "v1" needs the strings "sha256" and "crc64"',
    '87: "d.e.f" must be an object, not a number',
  ]);
});
