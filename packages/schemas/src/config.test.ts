import { expect, it } from "@jest/globals";
import { bytesOf } from "../test/tree-fixture.ts";
import { parseConfig } from "./config.ts";

function problemsOf(text: unknown): readonly string[] {
  const { problems } = parseConfig(bytesOf(text));
  return (problems ?? []).map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`);
}

const waiver = {
  rule: "incompatible",
  event: "orders.order.placed",
  version: 2,
  reason: "No consumer reads it yet.",
  owner: "team-orders",
  expires: "2028-02-29",
};

it("has a default for everything", () => {
  expect(parseConfig(bytesOf("{}")).config).toEqual({
    mode: "FULL_TRANSITIVE",
    generate: null,
    registryUrl: null,
    rules: new Map(),
    events: new Map(),
    waivers: [],
    lint: { preset: "recommended", rules: new Map(), overrides: [] },
  });
});

it("reads every setting", () => {
  const config = {
    $schema: "./schemas.config.schema.json",
    mode: "BACKWARD",
    generate: { out: "../events", scope: "@shop", brandedIds: { OrderId: ["orderId"] } },
    registry: { url: "https://registry.example.com/apis/ccompat/v7" },
    rules: { "logical-scale": "warning", "default-changed": "off" },
    events: { "orders.order.placed": { topic: "orders", key: "orderId" }, "users.user.registered": { key: null } },
    waivers: [waiver],
    lint: {
      preset: "strict",
      rules: { "event-size": "off" },
      overrides: [{ files: ["legacy/**"], rules: { "past-tense": "warn" } }],
    },
  };
  expect(parseConfig(bytesOf(config)).config).toEqual({
    mode: "BACKWARD",
    generate: { out: "../events", scope: "@shop", brandedIds: new Map([["orderId", "OrderId"]]) },
    registryUrl: "https://registry.example.com/apis/ccompat/v7",
    rules: new Map([
      ["logical-scale", "warning"],
      ["default-changed", "off"],
    ]),
    events: new Map([
      ["orders.order.placed", { topic: "orders", key: "orderId", at: expect.anything() }],
      ["users.user.registered", { key: null, at: expect.anything() }],
    ]),
    waivers: [{ ...waiver, field: null, at: expect.anything() }],
    lint: {
      preset: "strict",
      rules: new Map([["event-size", "off"]]),
      overrides: [{ files: ["legacy/**"], rules: new Map([["past-tense", "warn"]]), at: expect.anything() }],
    },
  });
});

it("skips a byte order mark", () => {
  expect(parseConfig(bytesOf('\ufeff{ "mode": "NONE" }')).config?.mode).toBe("NONE");
});

it("tells where JSON breaks off", () => {
  expect(problemsOf('{\n  "mode": "FULL"\n  "events": {}\n}')).toEqual([
    'schemas.config.json:3:3: expected "," or "}", found """',
  ]);
  expect(problemsOf("")).toEqual([expect.stringMatching(/^schemas\.config\.json:1:1: /)]);
  expect(problemsOf("[]")).toEqual(["schemas.config.json:1:1: the file must be an object, not an array"]);
});

it("reports everything at once, each with its place", () => {
  const text = `{
  "mode": "full",
  "mode": "FULLY",
  "generat": {},
  "generate": { "scope": "shop" },
  "registry": { "url": "registry:8081", "password": "x" },
  "events": { "orders.order.placed": { "topic": "a b", "key": 1, "partition": 0 }, "x": [] }
}`;
  expect(problemsOf(text)).toEqual([
    expect.stringMatching(/^schemas\.config\.json:3:3: the key "mode" is already given on line 2/),
    'schemas.config.json:4:14: the config has no setting "generat"; it has $schema, mode, generate, registry, rules, events, waivers, lint',
    'schemas.config.json:3:11: "mode" must be one of NONE, BACKWARD, BACKWARD_TRANSITIVE, FORWARD, FORWARD_TRANSITIVE, FULL, FULL_TRANSITIVE',
    'schemas.config.json:5:15: "generate" needs "out"',
    'schemas.config.json:5:26: "scope" must be an npm scope such as @acme-events, not "shop"',
    'schemas.config.json:6:53: "registry" has no setting "password"; it has url',
    'schemas.config.json:6:24: "url" must be an http or https address, such as http://localhost:8081',
    'schemas.config.json:7:79: "orders.order.placed" has no setting "partition"; it has topic, key',
    'schemas.config.json:7:49: "a b" is no topic name: Kafka takes 1 to 249 letters, digits, dots, underscores and hyphens',
    'schemas.config.json:7:63: "key" must be a string, not a number',
    'schemas.config.json:7:89: "x" must be an object, not an array',
  ]);
});

it.each([
  [
    { rule: "unreleased" },
    'a waiver needs "rule", one of incompatible, released-edited, released-removed, key-moved, ',
  ],
  [{ event: "order" }, 'a waiver needs "event", domain.entity.action'],
  [{ version: "2" }, 'a waiver needs "version", a number such as 2'],
  [{ version: 0 }, 'a waiver needs "version", a number such as 2'],
  [{ field: 1 }, '"field" must be a string, not a number'],
  [{ reason: " " }, 'a waiver needs "reason", a sentence'],
  [{ owner: undefined }, 'a waiver needs "owner", a person or team'],
  [{ expires: "2027-02-29" }, 'a waiver needs "expires", a date such as 2026-12-31'],
  [{ expires: "never" }, 'a waiver needs "expires", a date such as 2026-12-31'],
  [{ until: "x" }, 'a waiver has no setting "until"; it has rule, event, version, field, reason, owner, expires'],
])("refuses a waiver with %j", (change, message) => {
  expect(problemsOf({ waivers: [{ ...waiver, ...change }] })).toEqual([expect.stringContaining(message)]);
});

it("takes severities for the rules about changes alone, as schema resolution allows no other", () => {
  const problems = problemsOf({ rules: { incompatible: "off", "logical-unit": "fatal", "logical-type": 1 } });
  expect(problems).toEqual([
    expect.stringMatching(/^schemas\.config\.json:3:21: "rules" has no setting "incompatible"; it has key-moved, /),
    'schemas.config.json:4:21: "logical-unit" must be one of error, warning, note, off',
    'schemas.config.json:5:21: "logical-type" must be one of error, warning, note, off',
  ]);
});

it("refuses credentials, and does not repeat them", () => {
  const [problem] = problemsOf({ registry: { url: "https://me:secret@registry" } });
  expect(problem).toContain("must hold no user or password");
  expect(problem).not.toContain("secret");
});

it("reports what is wrong with the settings of lint", () => {
  const lint = {
    preset: "loose",
    rules: { "past-tens": "off", "past-tense": "warning" },
    overrides: [{ rules: {} }, { files: [] }, { files: ["a/**"], rule: {} }, "x"],
  };
  expect(problemsOf(JSON.stringify({ lint })).map((line) => line.replace(/^\S+ /, ""))).toEqual([
    '"preset" must be one of recommended, strict, off',
    expect.stringMatching(/^there is no rule "past-tens"; the rules are past-tense, /),
    '"past-tense" must be one of off, warn, error',
    'an override needs "files", an array of patterns such as "legacy/**"',
    'an override needs "files", an array of patterns such as "legacy/**"',
    'an override has no setting "rule"; it has files, rules',
    "an override must be an object, not a string",
  ]);
  expect(problemsOf({ lint: { overrides: {} } })).toEqual([expect.stringContaining('"overrides" must be an array')]);
});

it("reports what is wrong with branded ids", () => {
  const brandedIds = {
    order: ["a"],
    Date: ["b"],
    OrderId: "orderId",
    NoId: [],
    CustomerId: ["customerId", 1],
    UserId: ["customerId"],
  };
  const problems = problemsOf({ generate: { out: "../events", scope: "@shop", brandedIds } });
  expect(problems.map((problem) => problem.replace(/^\S+ /, ""))).toEqual([
    '"order" in "brandedIds" must be the name of a type that ends in Id, such as OrderId',
    '"Date" in "brandedIds" must be the name of a type that ends in Id, such as OrderId',
    '"OrderId" must be a list of the names of fields, such as ["orderId"]',
    '"NoId" must be a list of the names of fields, such as ["orderId"]',
    'a field of "CustomerId" must be a string, not a number',
    'the field "customerId" is of CustomerId already: a field has one brand',
  ]);
});
