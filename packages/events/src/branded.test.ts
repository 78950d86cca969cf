import { expect, it } from "@jest/globals";
import { brandText, brandUuid } from "./branded.ts";
import { EncodeError } from "./errors.ts";

const uuid = "0190e7a0-0000-7000-8000-000000000001";

it("gives the string itself", () => {
  expect(brandUuid("OrderId", uuid)).toBe(uuid);
  expect(brandText("OrderId", "order-1")).toBe("order-1");
});

it.each([
  ["order-1", "another string"],
  [undefined as unknown as string, "undefined"],
])("takes only a uuid where it is to be one, not %p", (text, given) => {
  expect(() => brandUuid("OrderId", text)).toThrow(
    new EncodeError("the OrderId", [{ path: "", message: `expected a uuid, got ${given}` }]),
  );
});
