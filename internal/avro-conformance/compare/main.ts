/**
 * `compare <reader.avsc> <writer.avsc>` prints what Apache and this project say of a pair of schemas. Without files it
 * prints the page of examples, and with `--write` it writes it into the documentation of packages/schemas.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { checkCompatibility, formatIncompatibility, parseSchemaOrThrow, rootCauses } from "@waybill/avro";
import { apacheVerdicts } from "@waybill/avro-conformance";
import { apachesWords, comparisonPage } from "./comparison.ts";
import { brokenChanges } from "./examples.ts";

const page = fileURLToPath(new URL("../../../packages/schemas/docs/what-you-see.md", import.meta.url));

async function compareFiles(readerFile: string, writerFile: string): Promise<string> {
  const [reader, writer] = [readFileSync(readerFile, "utf8"), readFileSync(writerFile, "utf8")];
  const [verdict] = await apacheVerdicts([{ reader: JSON.parse(reader), writer: JSON.parse(writer), explain: true }]);
  const { incompatibilities } = checkCompatibility(
    parseSchemaOrThrow(reader, { file: readerFile }).schema,
    parseSchemaOrThrow(writer, { file: writerFile }).schema,
  );
  const ours = incompatibilities.flatMap((found) => rootCauses(found)).map(formatIncompatibility);
  return `Apache Avro:\n${apachesWords(verdict)}\n\n@waybill/avro:\n${ours.join("\n") || "compatible"}\n`;
}

const [readerFile, writerFile] = process.argv.slice(2);
if (readerFile !== undefined && writerFile !== undefined) {
  process.stdout.write(await compareFiles(readerFile, writerFile));
} else {
  const text = comparisonPage(await apacheVerdicts(brokenChanges.map((change) => ({ ...change, explain: true }))));
  if (readerFile === "--write") writeFileSync(page, text);
  else process.stdout.write(text);
}
