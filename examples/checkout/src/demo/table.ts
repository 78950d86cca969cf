/** One row: texts stand left, numbers right. */
export type Row = readonly (string | number)[];

/** Columns as wide as their widest cell, two spaces apart, under a header and a rule. */
export function formatTable(header: readonly string[], rows: readonly Row[]): string {
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => String(row[column] ?? "").length)),
  );
  const numeric = header.map((_, column) => rows.every((row) => typeof row[column] === "number"));
  const line = (cells: Row) =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return numeric[column] ? String(cell).padStart(width) : String(cell).padEnd(width);
      })
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "─".repeat(width)).join("──");
  return [line(header), rule, ...rows.map(line)].map((text) => `  ${text}\n`).join("");
}
