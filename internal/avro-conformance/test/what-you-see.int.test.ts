import { readFileSync } from "node:fs";
import { expect, it } from "@jest/globals";
import { apacheVerdicts, whyNoApache } from "@waybill/avro-conformance";
import { comparisonPage, ourWords } from "../compare/comparison.ts";
import { brokenChanges } from "../compare/examples.ts";

const page = readFileSync(new URL("../../../packages/schemas/docs/what-you-see.md", import.meta.url), "utf8");

const obstacle = whyNoApache();
if (obstacle !== null) process.stderr.write(`skipped: Apache's words in what-you-see.md, as ${obstacle}\n`);

it.each(brokenChanges)("the page shows what schemas check says: $title", (change) => {
  expect(page).toContain(`\n\`schemas check\`:\n\n\`\`\`text\n${ourWords(change)}\n\`\`\`\n`);
});

(obstacle === null ? it : it.skip)(
  "the page shows what Apache says",
  async () => {
    const verdicts = await apacheVerdicts(brokenChanges.map((change) => ({ ...change, explain: true })));
    // After an intended change: pnpm --filter @waybill/avro-conformance compare --write
    expect(comparisonPage(verdicts)).toBe(page);
  },
  60_000,
);
