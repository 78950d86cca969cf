import { expect, it } from "@jest/globals";
import { unsettled, waitUntilSettled } from "./settle.ts";

const subscriptions = new Map([["email", new Set(["placed", "shipped"])]]);

it("names the orders and the groups that are not done", () => {
  const settlement = {
    events: new Map([
      ["placed", 5],
      ["shipped", 2],
      ["other", 9],
    ]),
    handled: new Map([["email", 4]]),
    orders: new Map([
      ["PLACED", 1],
      ["DELIVERED", 4],
    ]),
  };
  expect(unsettled(settlement, subscriptions)).toEqual([
    "1 orders are still PLACED",
    "the group email has handled 4 of its 7 events",
  ]);
});

it("is settled when every group has handled all that is for it", () => {
  const settlement = { events: new Map([["placed", 5]]), handled: new Map([["email", 5]]), orders: new Map() };
  expect(unsettled(settlement, subscriptions)).toEqual([]);
});

it("gives up after the deadline, saying what is missing", async () => {
  const { signal } = new AbortController();
  const wait = waitUntilSettled(async () => ["1 orders are still PLACED"], {
    deadlineMs: 1,
    signal,
    onProgress() {},
    explain: async () => ["2 records are in email.dead-letters"],
  });
  await expect(wait).rejects.toThrow(
    "the shop has not settled after 0.001 s:\n  - 1 orders are still PLACED\n  - 2 records are in email.dead-letters",
  );
});
