import { expect, it } from "@jest/globals";
import { globPattern } from "./glob.ts";

const path = "orders/order.placed/v1.avsc";

it.each(["**", "orders/**", "**/v1.avsc", "orders/*/v?.avsc", "orders/order.placed/**/v1.avsc", path])(
  "%s matches",
  (glob) => expect(globPattern(glob).test(path)).toBe(true),
);

it.each(["orders", "orders/*", "*", "order/**", "orders/orderxplaced/v1.avsc", "**/v1.avs"])("%s does not", (glob) =>
  expect(globPattern(glob).test(path)).toBe(false),
);
