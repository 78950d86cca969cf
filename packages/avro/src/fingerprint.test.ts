import { expect, it } from "@jest/globals";
import { fingerprint64, fingerprintMd5, fingerprintSha256 } from "./fingerprint.ts";
import { parseSchemaOrThrow } from "./parse/parse-schema.ts";

const { schema } = parseSchemaOrThrow('"int"');

it("agrees with the fingerprints of int in Apache's tests", () => {
  expect(fingerprint64(schema).toString(16)).toBe("7275d51a3f395c8f");
  expect(Buffer.from(fingerprintMd5(schema)).toString("hex")).toBe("ef524ea1b91e73173d938ade36c1db32");
  expect(Buffer.from(fingerprintSha256(schema)).toString("hex")).toBe(
    "3f2b87a9fe7cc9b13835598c3981cd45e3e355309e5090aa0933d7becb6fba45",
  );
});
