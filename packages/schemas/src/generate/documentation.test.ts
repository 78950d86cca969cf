import { expect, it } from "@jest/globals";
import { documentationOf } from "./documentation.ts";

it("joins what the schema and the generator say", () => {
  expect(documentationOf({ doc: "The total.", deprecated: null }, ["A UUID."])).toEqual(["The total. A UUID."]);
  expect(documentationOf({ doc: null, deprecated: null })).toEqual([""]);
});

it("sets a deprecation apart, wherever the schema says it", () => {
  const expected = ["The total. A UUID.", "@deprecated Use amount."];
  expect(documentationOf({ doc: "The total.", deprecated: "Use amount." }, ["A UUID."])).toEqual(expected);
  expect(documentationOf({ doc: "The total. @deprecated Use amount.", deprecated: null }, ["A UUID."])).toEqual(
    expected,
  );
  expect(documentationOf({ doc: "Old.\n@deprecated", deprecated: "" })).toEqual(["Old.", "@deprecated "]);
});

it("leaves words that only look like it", () => {
  expect(documentationOf({ doc: "Mail to a@deprecated.example.", deprecated: null })).toEqual([
    "Mail to a@deprecated.example.",
  ]);
});
