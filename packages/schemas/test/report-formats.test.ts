import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { describe, expect, it } from "@jest/globals";
import type { AnySchema } from "ajv";
import ajvDraft04 from "ajv-draft-04";
import addFormats from "ajv-formats";
import { validateXML } from "xmllint-wasm";
import type { Finding } from "../src/finding.ts";
import { pathBaseOf, type ReportFormat, reportFormats } from "../src/formats/report-formats.ts";

const checked = { events: 1, versions: 2, mode: "FULL_TRANSITIVE" };

/** Text that each format has to escape in its own way. */
const hostile = 'a "b" <c> & d | `e` *f* @g 100% h:i,j\r\nk \u0000 \ud800 ]]>';

const findings: readonly Finding[] = [
  {
    file: "orders/order.placed/v2.avsc",
    line: 11,
    column: 5,
    rule: "incompatible",
    severity: "error",
    message: "v2 cannot read what v1 wrote",
    help: "keep it compatible",
    related: { file: "orders/order.placed/v1.avsc", line: 1, column: 1, message: "the other side, in v1" },
  },
  { file: "odd name, 1%: é.avsc", line: 2, column: 3, rule: "avro", severity: "warning", message: hostile },
  { file: "odd name, 1%: é.avsc", line: 4, column: 3, rule: "avro", severity: "warning", message: hostile },
  { file: "orders/order.placed/v2.avsc", line: 1, column: 1, rule: "unreleased", severity: "note", message: "open" },
];

function write(format: ReportFormat, found: readonly Finding[] = findings): string {
  return reportFormats[format](found, checked, (file) => `schemas/${file}`);
}

async function sarifSchema(): Promise<AnySchema> {
  const require = createRequire(import.meta.url);
  const path = require.resolve("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json");
  return JSON.parse(await readFile(path, "utf8")) as AnySchema;
}

describe("sarif", () => {
  it.each([
    ["findings", findings],
    ["none", []],
  ])("keeps to the published schema with %s", async (_what, found) => {
    const ajv = new ajvDraft04.default({ strict: false, unicodeRegExp: false });
    addFormats.default(ajv);
    const validate = ajv.compile(await sarifSchema());
    expect([validate(JSON.parse(write("sarif", found))), validate.errors]).toEqual([true, null]);
  });

  it("points into the files and carries the documentation of each rule", () => {
    const { runs } = JSON.parse(write("sarif")) as {
      runs: [{ tool: { driver: { rules: object[] } }; results: object[] }];
    };
    const [{ tool, results }] = runs;
    expect(tool.driver.rules.map((rule) => "id" in rule && rule.id)).toEqual(["incompatible", "avro", "unreleased"]);
    expect(tool.driver.rules[0]).toMatchObject({ help: { markdown: expect.stringMatching(/^# incompatible\n/) } });
    expect(results[0]).toMatchObject({
      ruleId: "incompatible",
      ruleIndex: 0,
      level: "error",
      message: { text: "v2 cannot read what v1 wrote\nhelp: keep it compatible" },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: "schemas/orders/order.placed/v2.avsc" },
            region: { startLine: 11, startColumn: 5 },
          },
        },
      ],
      relatedLocations: [{ message: { text: "the other side, in v1" } }],
    });
    expect(results[1]).toMatchObject({
      locations: [{ physicalLocation: { artifactLocation: { uri: "schemas/odd%20name%2C%201%25%3A%20%C3%A9.avsc" } } }],
    });
  });

  it("marks waived findings as suppressed", () => {
    const waived = { reason: "Nobody reads it yet.", owner: "team-orders", expires: "2999-12-31" };
    const text = write(
      "sarif",
      findings.slice(0, 1).map((finding) => ({ ...finding, severity: "note", waived })),
    );
    expect(JSON.parse(text)).toMatchObject({
      runs: [
        {
          results: [
            {
              level: "note",
              message: {
                text: "v2 cannot read what v1 wrote\nwaived until 2999-12-31 by team-orders: Nobody reads it yet.",
              },
              suppressions: [
                { kind: "external", status: "accepted", justification: "team-orders: Nobody reads it yet." },
              ],
            },
          ],
        },
      ],
    });
  });

  it("gives files outside the repository as absolute URIs", () => {
    const text = reportFormats.sarif(findings, checked, (file) => `/other place/${file}`);
    expect(text).toContain('"uri": "file:///other%20place/orders/order.placed/v2.avsc"');
  });
});

describe("junit", () => {
  it.each([
    ["findings", findings],
    ["none", []],
  ])("keeps to the schema of its readers with %s", async (_what, found) => {
    const schema = await readFile(new URL("junit.xsd", import.meta.url), "utf8");
    const { valid, errors } = await validateXML({
      xml: [{ fileName: "report.xml", contents: write("junit", found) }],
      schema: [schema],
    });
    expect({ valid, errors }).toEqual({ valid: true, errors: [] });
  });

  it("fails for errors alone, and counts every finding as a case", () => {
    const text = write("junit");
    expect(text).toContain('<testsuites name="schemas check, mode FULL_TRANSITIVE" tests="4" failures="1" errors="0">');
    expect(text).toContain('<failure type="incompatible" message="v2 cannot read what v1 wrote">schemas/orders');
    expect(text.match(/<failure /g)).toHaveLength(1);
    expect(text).toContain("warning: schemas/odd name, 1%: é.avsc:2:3\na &quot;b&quot; &lt;c&gt; &amp; d | ");
    expect(write("junit", [])).toContain('<testcase name="2 versions of 1 events"');
  });
});

describe("github", () => {
  it("writes one workflow command a line, which the runner decodes to what was said", () => {
    const [first, second, , fourth, summary] = write("github").split("\n");
    expect(first).toBe(
      "::error file=schemas/orders/order.placed/v2.avsc,line=11,col=5,title=schemas%3A incompatible::v2 cannot read what v1 wrote%0Aschemas/orders/order.placed/v1.avsc:1:1: the other side, in v1%0Ahelp: keep it compatible",
    );
    expect(fourth).toMatch(/^::notice .*::open$/);
    expect(summary).toBe("1 event, 2 versions, mode FULL_TRANSITIVE: 1 error, 2 warnings, 1 note");
    expect(decodeCommand(second ?? "")).toEqual({
      command: "warning",
      properties: { file: "schemas/odd name, 1%: é.avsc", line: "2", col: "3", title: "schemas: avro" },
      message: hostile,
    });
  });
});

/** A workflow command as the runner reads it: properties end at the first `::`, and escapes are undone last to first. */
function decodeCommand(line: string) {
  const [, command, list = "", data = ""] = /^::(\w+) (.*?)::(.*)$/su.exec(line) ?? [];
  const decode = (text: string) => text.replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll("%25", "%");
  const properties = list.split(",").map((entry) => {
    const [, name = "", value = ""] = /^(\w+)=(.*)$/su.exec(entry) ?? [];
    return [name, decode(value.replaceAll("%3A", ":").replaceAll("%2C", ","))];
  });
  return { command, properties: Object.fromEntries(properties), message: decode(data) };
}

describe("gitlab", () => {
  it("writes what Code Quality asks of each issue, with fingerprints that do not depend on lines", () => {
    const issues = JSON.parse(write("gitlab")) as readonly { fingerprint: string }[];
    expect(issues[0]).toEqual({
      type: "issue",
      check_name: "incompatible",
      description:
        "v2 cannot read what v1 wrote\nschemas/orders/order.placed/v1.avsc:1:1: the other side, in v1\nhelp: keep it compatible",
      severity: "critical",
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      categories: ["Compatibility"],
      location: { path: "schemas/orders/order.placed/v2.avsc", lines: { begin: 11 } },
    });
    expect(new Set(issues.map(({ fingerprint }) => fingerprint)).size).toBe(findings.length);
    const moved = JSON.parse(
      write(
        "gitlab",
        findings.map((finding) => ({ ...finding, line: finding.line + 7 })),
      ),
    ) as readonly { fingerprint: string }[];
    expect(moved.map(({ fingerprint }) => fingerprint)).toEqual(issues.map(({ fingerprint }) => fingerprint));
    expect(JSON.parse(write("gitlab", []))).toEqual([]);
  });
});

describe("markdown", () => {
  it("writes a heading and a row for each finding, in which authors' text stays text", () => {
    const lines = write("markdown").split("\n");
    expect(lines.slice(0, 7)).toEqual([
      "### schemas check: 1 error, 2 warnings, 1 note",
      "",
      "1 event, 2 versions, mode FULL\\_TRANSITIVE",
      "",
      "| severity | place | rule | finding |",
      "| --- | --- | --- | --- |",
      "| error | schemas/orders/order.placed/v2.avsc:11:5 | `incompatible` | v2 cannot read what v1 wrote<br>schemas/orders/order.placed/v1.avsc:1:1: the other side, in v1<br>help: keep it compatible |",
    ]);
    expect(lines[7]).toContain('a "b" &lt;c> &amp; d \\| \\`e\\` \\*f\\* &#64;g 100% h:i,j<br>k ');
    expect(write("markdown", [])).toBe(
      "### schemas check: nothing to report\n\n1 event, 2 versions, mode FULL\\_TRANSITIVE\n",
    );
  });
});

it("gives platforms paths from the repository, and people paths from where they are", () => {
  const env = { GITHUB_WORKSPACE: "/repository" };
  expect(pathBaseOf("github", "/repository/shop", env)).toBe("/repository");
  expect(pathBaseOf("gitlab", "/builds/shop/a", { CI_PROJECT_DIR: "/builds/shop" })).toBe("/builds/shop");
  expect(pathBaseOf("sarif", "/repository/shop", {})).toBe("/repository/shop");
  expect(pathBaseOf("text", "/repository/shop", env)).toBe("/repository/shop");
});
