import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { ERROR_CODES } from "../src/errors.ts";
import { SETTINGS } from "../src/settings.ts";

/** Without the padding that the formatter gives to tables. */
const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8").replaceAll(/ +/g, " ");

describe("the README", () => {
  it.each(SETTINGS)("has the setting $flag", ({ flag, env, fallback, description }) => {
    const shown = fallback === null ? "" : ` \`${fallback}\``;
    expect(readme).toContain(`| \`${flag}\` | \`${env}\` |${shown} | ${description} |`);
  });

  it.each(Object.entries(ERROR_CODES))("has the error %s, %i", (name, number) => {
    const row = readme.split("\n").find((line) => line.startsWith("|") && line.includes(`\`${name}\``));
    expect(row).toBeDefined();
    if (number > 0) expect(row).toContain(String(number));
  });
});
