import type { Check } from "./check.ts";

/** `22 checks: 20 ok, 1 warning, 1 failed` */
export function doctorSummary(checks: readonly Check[]): string {
  const count = (status: Check["status"]): number => checks.filter((check) => check.status === status).length;
  const warnings = count("warn");
  return `${checks.length} checks: ${count("ok")} ok, ${warnings} ${warnings === 1 ? "warning" : "warnings"}, ${count("fail")} failed`;
}

/** All findings in their order, each with its remedy below; the summary last, where a terminal stands. */
export function doctorText(checks: readonly Check[]): string {
  const width = Math.max(...checks.map(nameOf).map(({ length }) => Math.min(length, 40)));
  const lines = checks.flatMap((check) => [
    `${check.status.padEnd(4)}  ${nameOf(check).padEnd(width)}  ${check.detail}`,
    ...(check.remedy === null ? [] : [`      ${"".padEnd(width)}  -> ${check.remedy}`]),
  ]);
  return `${[...lines, "", doctorSummary(checks)].join("\n")}\n`;
}

function nameOf({ area, id }: Check): string {
  return `${area} ${id}`;
}
