import { expect, it } from "@jest/globals";
import { textTable } from "./text-table.ts";

it("aligns columns under their titles, without trailing spaces", () => {
  const columns = [{ title: "TOPIC" }, { title: "PENDING", align: "right" }, { title: "NOTE" }] as const;
  expect(
    textTable(columns, [
      ["orders.order", "1,200", "x"],
      ["a", "4", ""],
    ]),
  ).toEqual(["TOPIC         PENDING  NOTE", "orders.order    1,200  x", "a                   4"]);
});
