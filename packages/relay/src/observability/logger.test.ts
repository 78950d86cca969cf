import { expect, it } from "@jest/globals";
import { createLogger } from "./logger.ts";

it("takes passwords out of fields and of URLs in any text", () => {
  let written = "";
  const logger = createLogger("info", { write: (line) => void (written += line) });
  logger.info(
    { databaseUrl: "postgresql://me:s3cret@db", nested: { password: "s3cret" } },
    "http://me:s3cret@registry",
  );
  expect(written).not.toContain("s3cret");
  expect(JSON.parse(written)).toMatchObject({ level: "info", name: "outbox-relay", msg: "http://me:***@registry" });
});
