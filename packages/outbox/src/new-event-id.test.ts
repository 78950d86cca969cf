import { expect, it } from "@jest/globals";
import { validate, version } from "uuid";
import { newEventId } from "./new-event-id.ts";

it("makes UUIDv7 of now that sort as they were made, beyond what one fetch of random bytes is enough for", () => {
  const before = Date.now();
  const ids = Array.from({ length: 10_000 }, newEventId);
  const after = Date.now();
  expect(ids).toEqual(ids.toSorted());
  expect(new Set(ids.map((id) => id.slice(-12))).size).toBe(10_000);
  for (const id of ids) {
    const madeAt = Number.parseInt(id.replace("-", "").slice(0, 12), 16);
    expect([validate(id), version(id), madeAt >= before && madeAt <= after]).toEqual([true, 7, true]);
  }
});
