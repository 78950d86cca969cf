import { join } from "node:path";
import type { CliContext } from "../cli-context.ts";
import type { Finding } from "../finding.ts";
import { pathBaseOf, type ReportFormat, reportFormats } from "../formats/report-formats.ts";
import type { CheckedCounts } from "../report.ts";
import { displayPath } from "../tree-files.ts";

/** What a report says, and in which form. */
export interface Report {
  readonly format: ReportFormat;
  /** Absolute path of the tree. */
  readonly root: string;
  readonly findings: readonly Finding[];
  readonly checked: CheckedCounts;
}

/** Prints a report with the paths that its readers know. */
export function printReport(context: CliContext, { format, root, findings, checked }: Report): void {
  const base = pathBaseOf(format, context.cwd, context.env);
  context.print(reportFormats[format](findings, checked, (file) => displayPath(base, join(root, file))));
}
