import { expect, it } from "@jest/globals";
import { arrayLiteral } from "./array-literal.ts";

it("quotes texts, leaves numbers as they are, and tells null from a text that says so", () => {
  expect(arrayLiteral([])).toBe("{}");
  expect(arrayLiteral([1, -9_223_372_036_854_775_808n])).toBe("{1,-9223372036854775808}");
  expect(arrayLiteral(["a", "", null, "NULL", "{b, c}"])).toBe('{"a","",NULL,"NULL","{b, c}"}');
});

it("escapes quotes and backslashes", () => {
  expect(arrayLiteral(['say "hi"', "back\\slash"])).toBe(String.raw`{"say \"hi\"","back\\slash"}`);
});
