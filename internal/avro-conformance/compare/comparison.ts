import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ApacheVerdict } from "@waybill/avro-conformance";
import { type BrokenChange, brokenChanges } from "./examples.ts";

const schemas = fileURLToPath(new URL("../../../packages/schemas/src/main.ts", import.meta.url));

/** What `schemas check` says of a change in mode BACKWARD, without its last lines. */
export function ourWords({ writer, reader }: BrokenChange): string {
  const folder = mkdtempSync(join(tmpdir(), "waybill-compare-"));
  try {
    const event = join(folder, "schemas/orders/order.placed");
    mkdirSync(event, { recursive: true });
    writeFileSync(join(folder, "schemas/schemas.config.json"), JSON.stringify({ mode: "BACKWARD" }));
    writeFileSync(join(event, "v1.avsc"), JSON.stringify(writer, null, 2));
    writeFileSync(join(event, "v2.avsc"), JSON.stringify(reader, null, 2));
    const args = ["--conditions=@waybill/source", schemas, "check"];
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
    const blocks = stdout.split(/\n(?=schemas\/|\d+ event)/);
    const found = blocks.filter((block) => block.includes(": error incompatible: "));
    if (found.length === 0) throw new Error(`schemas check found nothing: ${stdout}${stderr}`);
    return found.join("\n");
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What Apache's SchemaCompatibility says, one incompatibility a line. */
export function apachesWords(verdict: ApacheVerdict | undefined): string {
  if (verdict === undefined) return "nothing";
  if ("refused" in verdict) return `not judged: ${verdict.refused}`;
  const reasons = verdict.reasons ?? [];
  if (reasons.length === 0) return "compatible";
  return reasons.map(({ kind, location, message }) => `${kind} at ${location}: ${message}`).join("\n");
}

/** The page that shows both, in Markdown. */
export function comparisonPage(verdicts: readonly ApacheVerdict[]): string {
  const sections = brokenChanges.map((change, index) => {
    const apache = apachesWords(verdicts[index]);
    return `## ${change.title}\n\n${change.change}\n\nApache Avro 1.12.1:\n\n\`\`\`text\n${apache}\n\`\`\`\n\n\`schemas check\`:\n\n\`\`\`text\n${ourWords(change)}\n\`\`\`\n`;
  });
  return `# What you see

Three broken changes, as Apache's \`SchemaCompatibility\` reports them, which registries and build plugins pass on, and as
\`schemas check\` does. The verdicts are the same. What differs is whether the message names the field, the file and the
line, and what to do. Written by \`pnpm --filter @waybill/avro-conformance compare --write\`; a test holds it to be true.

${sections.join("\n")}`;
}
