import { expect, it } from "@jest/globals";
import { redactUrls } from "./redact.ts";

it.each([
  ["postgresql://me:s3cret@db:5432/shop", "postgresql://me:***@db:5432/shop"],
  ["postgresql://me:p@ss@db/shop and http://u:p@h", "postgresql://me:***@db/shop and http://u:***@h"],
  ["postgresql://me@db/shop", "postgresql://me@db/shop"],
  ["http://db:8081/subjects", "http://db:8081/subjects"],
  ["postgresql://db/shop?user=me&password=s3cret&ssl=true", "postgresql://db/shop?user=me&password=***&ssl=true"],
  ['{"url":"postgresql://db/shop?sslpassword=s3cret"}', '{"url":"postgresql://db/shop?sslpassword=***"}'],
  ["connect ECONNREFUSED 127.0.0.1:5432", "connect ECONNREFUSED 127.0.0.1:5432"],
])("%s", (text, redacted) => {
  expect(redactUrls(text)).toBe(redacted);
});
