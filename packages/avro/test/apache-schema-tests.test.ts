import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { canonicalForm, fingerprint64, parseSchemaOrThrow } from "../src/index.ts";

/** Apache Avro's share/test/data/schema-tests.txt, which every implementation is held to. */
const text = readFileSync(new URL("./fixtures/apache-schema-tests.txt", import.meta.url), "utf8");
const CASE =
  /^\/\/ (?<name>\d{3})\n(?:\/\/.*\n)?<<INPUT(?: (?<line>.*)|\n(?<lines>[^]*?)\nINPUT)\n<<canonical (?<canonical>.*)(?:\n<<fingerprint (?<fingerprint>.*))?$/gm;
const cases = [...text.matchAll(CASE)].map(({ groups = {} }) => ({
  name: groups["name"] ?? "",
  input: groups["line"] ?? groups["lines"] ?? "",
  canonical: groups["canonical"] ?? "",
  fingerprint: groups["fingerprint"],
}));

describe("Apache's schema tests", () => {
  it("are all here", () => {
    expect(cases.map(({ name }) => Number(name))).toEqual(Array.from({ length: 34 }, (_, index) => index));
  });

  it.each(cases)("$name: $canonical", ({ input, canonical, fingerprint }) => {
    // Lenient: one of them has the default "true" on a boolean.
    const { schema } = parseSchemaOrThrow(input, { lenient: true });
    expect(canonicalForm(schema)).toBe(canonical);
    expect(canonicalForm(parseSchemaOrThrow(canonical).schema)).toBe(canonical);
    if (fingerprint !== undefined) expect(BigInt.asIntN(64, fingerprint64(schema))).toBe(BigInt(fingerprint));
  });
});
