// `pnpm readme`: copies code into the READMEs, so that what a reader copies out of them is code that tests run.
// A block is filled from a file, or from a region of it (// #region name … // #endregion), by the comment above it:
//
//   <!-- snippet: examples/quickstart/src/publish.ts#publish -->
//   ```ts
//   …
//   ```
//
// `--check` changes nothing and fails when a block differs.
import { globSync, readFileSync, writeFileSync } from "node:fs";

const marker = /<!-- snippet: (?<source>\S+) -->\n```(?<language>\w*)\n[\s\S]*?```/g;

function snippet(source: string): string {
  const [file = "", region] = source.split("#");
  const text = readFileSync(file, "utf8");
  if (region === undefined) return text.trimEnd();
  const lines = text.split("\n");
  const start = lines.findIndex((line) => line.trim() === `// #region ${region}`);
  const end = lines.findIndex((line, i) => i > start && line.trim() === "// #endregion");
  if (start === -1 || end === -1) throw new Error(`${file} has no region "${region}"`);
  const body = lines.slice(start + 1, end);
  const indent = Math.min(...body.filter((line) => line.trim() !== "").map((line) => line.search(/\S/)));
  return body.map((line) => line.slice(indent)).join("\n");
}

const check = process.argv.includes("--check");
for (const file of ["README.md", ...globSync("{packages,examples}/*/README.md")]) {
  const before = readFileSync(file, "utf8");
  const after = before.replaceAll(
    marker,
    (_block, source: string, language: string) =>
      `<!-- snippet: ${source} -->\n\`\`\`${language}\n${snippet(source)}\n\`\`\``,
  );
  if (after === before) continue;
  if (check) {
    console.error(`${file} shows code that differs from its source: run pnpm readme`);
    process.exitCode = 1;
  } else {
    writeFileSync(file, after);
    console.log(`wrote ${file}`);
  }
}
