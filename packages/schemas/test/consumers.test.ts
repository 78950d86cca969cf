import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { folderWith, runInProcess } from "./run-schemas.ts";
import { orderRecord } from "./tree-fixture.ts";

const config = "schemas/schemas.config.json";
const v1 = "schemas/orders/order.placed/v1.avsc";
const v2 = "schemas/orders/order.placed/v2.avsc";
const v3 = "schemas/orders/order.placed/v3.avsc";
const shipped = "schemas/orders/order.shipped/v1.avsc";
const email = "schemas/consumers/email.json";
const line = {
  type: "record",
  name: "Line",
  fields: [
    { name: "sku", type: "string" },
    { name: "price", type: "long" },
  ],
};
const lines = { name: "lines", type: { type: "array", items: line } };
const kind = { name: "kind", type: { type: "enum", name: "Kind", symbols: ["A", "B"] } };
const files = {
  [config]: {},
  [v1]: orderRecord(),
  [v2]: orderRecord([], "OrderPlacedV2"),
  [v3]: orderRecord(
    [
      { ...lines, default: [] },
      { ...kind, default: "A" },
    ],
    "OrderPlacedV2",
  ),
  [shipped]: orderRecord([], "OrderShipped"),
  [email]: {
    service: "email",
    owner: "team-mail",
    description: "Mails customers.",
    events: { "orders.order.placed": { versions: [1, 3], fields: ["orderId", "lines[].sku"] } },
  },
};

async function output(args: readonly string[], tree: Readonly<Record<string, unknown>> = files): Promise<string> {
  await using folder = await folderWith(tree);
  const { code, stdout, stderr } = await runInProcess(folder.path, ["consumers", ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

describe("consumers", () => {
  it("lists who reads each event, by default", async () => {
    const table = `EVENT                 SERVICE  OWNER      VERSIONS  FIELDS
orders.order.placed   email    team-mail  v1, v3    orderId, lines[].sku
orders.order.shipped  -        -          -         -
`;
    expect(await output([])).toBe(table);
    expect(await output(["list", "schemas"])).toBe(table);
    expect(JSON.parse(await output(["list", "--json"]))).toEqual({
      events: [
        {
          event: "orders.order.placed",
          services: [{ service: "email", owner: "team-mail", versions: [1, 3], fields: ["orderId", "lines[].sku"] }],
        },
        { event: "orders.order.shipped", services: [] },
      ],
    });
  });

  it("lists what nobody reads of the newest versions", async () => {
    expect(await output(["list", "--unread"])).toBe(`EVENT                   UNREAD FIELD   TYPE
orders.order.placed@3   lines[].price  long
orders.order.placed@3   kind           enum Kind
orders.order.shipped@1  -              no contract reads the event
`);
    expect(JSON.parse(await output(["list", "--unread", "--json"]))).toEqual({
      events: [
        {
          event: "orders.order.placed",
          version: 3,
          services: 1,
          unread: [
            { field: "lines[].price", type: "long", key: false },
            { field: "kind", type: "enum Kind", key: false },
          ],
        },
        { event: "orders.order.shipped", version: 1, services: 0, unread: [] },
      ],
    });
    const all = { service: "all", owner: "me", events: { "orders.order.placed": { versions: [3] } } };
    const { [shipped]: _, ...others } = files;
    const tree = { ...others, "schemas/consumers/all.json": all };
    expect(await output(["list", "--unread"], tree)).toBe("Every field is read.\n");
  });

  it("shows a contract", async () => {
    expect(await output(["show", "email"])).toBe(`email, of team-mail
Mails customers.
schemas/consumers/email.json

EVENT                VERSIONS  FIELDS
orders.order.placed  v1, v3    orderId, lines[].sku
`);
    expect(JSON.parse(await output(["show", "email", "--json", "--tree", "schemas"]))).toEqual({
      service: "email",
      owner: "team-mail",
      description: "Mails customers.",
      file: email,
      events: [{ event: "orders.order.placed", versions: [1, 3], fields: ["orderId", "lines[].sku"] }],
    });
  });

  it.each([
    ["orders.order.placed", "email    team-mail  v1, v3"],
    ["orders.order.placed.lines", "email    team-mail"],
    ["orders.order.placed.lines[].sku", "email    team-mail"],
    ["orders.order.placed.lines[].price", "no service reads orders.order.placed.lines[].price."],
    ["orders.order.shipped", "no service reads orders.order.shipped."],
  ])("tells who reads %s", async (name, expected) => {
    expect(await output(["of", name])).toContain(expected);
    expect(JSON.parse(await output(["of", name, "--json"]))).toMatchObject({
      event: name.split(".").slice(0, 3).join("."),
      services: expected.startsWith("email") ? [{ service: "email" }] : [],
    });
  });

  it.each([
    [["show", "mail"], 'no contract of "mail". It has those of email;'],
    [["of", "order.placed"], '"order.placed" names no event or field.'],
    [["of", "orders.order.placed.lines["], "names no event or field."],
    [["of", "orders.order.lost"], "The tree has no event orders.order.lost."],
    [["of", "orders.order.placed.lines[].name"], 'has a field "lines[].name". lines[] has sku, price.'],
    [["add", "e mail", "orders.order.placed"], '"e mail" names no service.'],
    [["add", "mail", "orders.order.placed"], '"mail" has no contract yet: say with --owner'],
    [["add", "email", "orders.order.placed", "--owner", "me"], '"email" belongs to team-mail'],
    [["add", "email", "orders.order.placed@9"], "has no version 9"],
    [
      ["add", "email", "orders.order.placed", "--fields", "orderId,total"],
      '"total" is no field of orders.order.placed',
    ],
    [["add", "email", "a.b.c", "d.e.f", "--fields", "g"], "--fields is about one event."],
    [["lsit"], 'The folder "lsit" does not exist.'],
  ])("refuses %j", async (args, message) => {
    await using folder = await folderWith(files);
    const { code, stdout, stderr } = await runInProcess(folder.path, ["consumers", ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(JSON.parse(await readFile(join(folder.path, email), "utf8"))).toEqual(files[email]);
  });

  it("names every fault of every contract", async () => {
    await using folder = await folderWith({ ...files, [email]: "{}", "schemas/consumers/x.json": "[" });
    const { code, stderr } = await runInProcess(folder.path, ["consumers"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: schemas\/consumers\/email\.json:1:1: a contract needs "service"/);
    expect(stderr).toContain("schemas/consumers/x.json:1:2: ");
  });
});

describe("consumers add", () => {
  it("writes a contract that check accepts, and adds to it once", async () => {
    const { [email]: _, ...others } = files;
    await using folder = await folderWith(others);
    const add = (...args: readonly string[]) => runInProcess(folder.path, ["consumers", "add", "email", ...args]);
    expect(await add("orders.order.placed", "--owner", "team-mail", "--fields", "orderId, lines[].sku")).toEqual({
      code: 0,
      stderr: "",
      stdout: `Wrote ${email}\nNext: schemas check\n`,
    });
    expect((await add("orders.order.placed@2", "orders.order.shipped")).stdout).toContain(`Extended ${email}\n`);
    const read = () => readFile(join(folder.path, email), "utf8");
    const text = await read();
    expect(text).toBe(`{
  "service": "email",
  "owner": "team-mail",
  "events": {
    "orders.order.placed": { "versions": [1, 3, 2], "fields": ["orderId", "lines[].sku"] },
    "orders.order.shipped": { "versions": [1] }
  }
}
`);
    expect((await add("orders.order.placed", "--owner", "team-mail")).stdout).toBe(`${email} has that already.\n`);
    expect(await read()).toBe(text);
    expect((await runInProcess(folder.path, ["check"])).code).toBe(0);
    expect(
      (
        await runInProcess(folder.path, [
          "consumers",
          "add",
          "x",
          "orders.order.shipped",
          "--owner",
          "y",
          "--fields",
          "",
        ])
      ).code,
    ).toBe(0);
    expect(await readFile(join(folder.path, "schemas/consumers/x.json"), "utf8")).toContain('"fields": []');
  });

  it("keeps a byte order mark", async () => {
    await using folder = await folderWith({ ...files, [email]: `\uFEFF${JSON.stringify(files[email])}` });
    expect((await runInProcess(folder.path, ["consumers", "add", "email", "orders.order.shipped"])).code).toBe(0);
    expect(await readFile(join(folder.path, email), "utf8")).toMatch(/^\uFEFF\{.*"orders\.order\.shipped".*\}$/);
    expect((await runInProcess(folder.path, ["check"])).code).toBe(0);
  });
});

it("check names the services that a break hurts, in every form", async () => {
  const broken = {
    ...orderRecord([{ ...lines, default: [] }], "OrderPlacedV2"),
    fields: [{ name: "orderId", type: "int", "waybill.key": true }],
  };
  await using folder = await folderWith({ ...files, "schemas/orders/order.placed/v4.avsc": broken });
  for (const format of ["text", "junit", "github", "gitlab", "sarif", "markdown"]) {
    const { code, stdout } = await runInProcess(folder.path, ["check", "--format", format]);
    expect(code).toBe(1);
    expect(stdout.replaceAll("&#10;", "\n")).toContain("hurts: email (team-mail), which reads orderId");
  }
  const { stdout } = await runInProcess(folder.path, ["check", "--format", "json"]);
  const { findings } = JSON.parse(stdout) as { readonly findings: readonly object[] };
  expect(findings).toContainEqual(
    expect.objectContaining({
      rule: "incompatible",
      hurts: [{ service: "email", owner: "team-mail", fields: ["orderId"] }],
    }),
  );
});
