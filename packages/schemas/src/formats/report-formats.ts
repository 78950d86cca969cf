import type { Finding } from "../finding.ts";
import { type CheckedCounts, formatJson, formatText } from "../report.ts";
import { formatGitHub } from "./github.ts";
import { formatGitLab } from "./gitlab.ts";
import { formatJUnit } from "./junit.ts";
import { formatMarkdown } from "./markdown.ts";
import { formatSarif } from "./sarif.ts";

/** Writes a report; `pathOf` gives a file of the tree as the report's readers know it. */
export type ReportFormatter = (
  findings: readonly Finding[],
  checked: CheckedCounts,
  pathOf: (file: string) => string,
) => string;

/** The values of `--format`. */
export const reportFormats = {
  text: formatText,
  json: formatJson,
  junit: formatJUnit,
  github: formatGitHub,
  gitlab: formatGitLab,
  sarif: formatSarif,
  markdown: formatMarkdown,
} as const satisfies Readonly<Record<string, ReportFormatter>>;

/** A value of `--format`. */
export type ReportFormat = keyof typeof reportFormats;

/**
 * The folder that a report's paths start from. Platforms that mark lines of a change know files by their path in the
 * repository, wherever in it the command runs; people and their editors by the path from where they are.
 */
export function pathBaseOf(
  format: ReportFormat,
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const isForPlatform = format === "github" || format === "gitlab" || format === "sarif";
  return (isForPlatform && (env["GITHUB_WORKSPACE"] || env["CI_PROJECT_DIR"])) || cwd;
}
