import { expect, it } from "@jest/globals";
import { layOutJson } from "./json-layout.ts";
import { compactJson } from "./compact-json.ts";

it("puts what fits on a line, and fields on lines of their own", () => {
  const text = `{"type":"record","name":"C","fields":[{"name":"a","type":["null",{"type":"long","x":1.50e2}],"default":null},{"name":"b","type":{"type":"record","name":"D","fields":[]}}],"doc":"\\u00e9 \\"[,"}`;
  const laidOut = layOutJson(text);
  expect(laidOut).toBe(`{
  "type": "record",
  "name": "C",
  "fields": [
    { "name": "a", "type": ["null", { "type": "long", "x": 1.50e2 }], "default": null },
    {
      "name": "b",
      "type": {
        "type": "record",
        "name": "D",
        "fields": []
      }
    }
  ],
  "doc": "\\u00e9 \\"[,"
}
`);
  expect(compactJson(laidOut)).toBe(compactJson(`${text}\n`));
});

it.each(["{}", "[]", '"a"', " [ ] "])("keeps %j", (text) => {
  expect(layOutJson(text)).toBe(`${text.trim().replace(" ", "")}\n`);
});

it("breaks a long list", () => {
  const symbols = Array.from({ length: 30 }, (_, index) => `SYMBOL_${index}`);
  const laidOut = layOutJson(JSON.stringify({ symbols }));
  expect(laidOut.split("\n")).toHaveLength(35);
  expect(JSON.parse(laidOut)).toEqual({ symbols });
});
