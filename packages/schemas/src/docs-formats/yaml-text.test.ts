import { expect, it } from "@jest/globals";
import { parse } from "yaml";
import { yamlText } from "./yaml-text.ts";

const hostile = {
  plain: "orders.order",
  empty: "",
  words: ["yes", "No", "null", "~", "true", "1", "1.5", "0x1f", "2026-01-01", "on", "y"],
  marks: [
    "- a",
    "a: b",
    "a #b",
    "'q'",
    '"q"',
    "@x",
    "`x`",
    "%x",
    "!x",
    "&a",
    "*a",
    "{a}",
    "[a]",
    "|",
    ">",
    "? a",
    "---",
  ],
  lines: "first\nsecond\r\n\tthird \u2028 \u0085 \u007f \ufeff",
  "a: key": { "": 1, nested: [[1, [2, []]], [], {}, [{ a: 1, b: { c: [true, null] } }]] },
  unicode: "\u202eevil\u202c 😀",
};

it("round-trips hostile values in YAML 1.2 and 1.1", () => {
  const text = yamlText(hostile);
  expect(parse(text)).toEqual(hostile);
  expect(parse(text, { version: "1.1" })).toEqual(hostile);
});

it("reads as people write it", () => {
  expect(yamlText({ id: "a.b", list: [{ id: "x", version: "1" }], none: [], off: undefined })).toBe(
    'id: a.b\nlist:\n  - id: x\n    version: "1"\nnone: []\n',
  );
});
