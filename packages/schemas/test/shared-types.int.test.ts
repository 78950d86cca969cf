import { execFile } from "node:child_process";
import { readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "@jest/globals";
import { startRegistry } from "@waybill/registry";
import { folderWith, runInProcess } from "./run-schemas.ts";
import { keyField, orderRecord } from "./tree-fixture.ts";

const config = "schemas/schemas.config.json";
const v1 = "schemas/orders/order.placed/v1.avsc";
const v2 = "schemas/orders/order.placed/v2.avsc";
const paid = "schemas/orders/order.paid/v1.avsc";
const money = "schemas/types/money/v1.avsc";
const currency = "schemas/types/currency/v1.avsc";

const amount = { name: "amount", type: "long", doc: "In minor units." };
const currencyType = { type: "enum", name: "Currency", namespace: "types", doc: "ISO 4217.", symbols: ["EUR", "USD"] };
const moneyType = {
  type: "record",
  name: "Money",
  namespace: "types",
  doc: "An amount in a currency.",
  "waybill.imports": ["types/currency/v1.avsc"],
  fields: [amount, { name: "currency", type: "Currency" }],
};
const imports = { "waybill.imports": ["types/money/v1.avsc"] };
const total = { name: "total", type: "types.Money" };
const tree = {
  [config]: { generate: { out: "../events", scope: "@acme-events" } },
  [v1]: { ...imports, ...orderRecord([total]) },
  [paid]: { ...imports, ...orderRecord([total], "OrderPaid") },
  [money]: moneyType,
  [currency]: currencyType,
};

const run = promisify(execFile);

async function git(cwd: string, ...args: readonly string[]): Promise<void> {
  await run("git", ["-c", "user.name=Test", "-c", "user.email=test@example.com", ...args], { cwd });
}

async function commitAll(path: string): Promise<void> {
  await git(path, "init", "--quiet", "--initial-branch=main");
  await git(path, "add", ".");
  await git(path, "commit", "--quiet", "--message=change");
}

async function write(folder: { readonly path: string }, file: string, content: unknown): Promise<void> {
  await writeFile(join(folder.path, file), JSON.stringify(content));
}

describe("list and show", () => {
  it("tell which events a type is part of", async () => {
    await using folder = await folderWith(tree);
    const { stdout } = await runInProcess(folder.path, ["list"]);
    expect(stdout).toContain(`
TYPE            FILE                    STATE       USED BY
types.Currency  types/currency/v1.avsc  unreleased  orders.order.paid v1, orders.order.placed v1
types.Money     types/money/v1.avsc     unreleased  orders.order.paid v1, orders.order.placed v1
`);
    const { stdout: json } = await runInProcess(folder.path, ["list", "--json"]);
    expect(JSON.parse(json)).toMatchObject({
      types: [
        { type: "types.Currency", file: currency, imports: [] },
        {
          type: "types.Money",
          file: money,
          imports: [currency],
          usedBy: [{ event: "orders.order.paid", versions: [1] }, {}],
        },
      ],
    });
  });

  it("show a type by its name, with a version, or by its path", async () => {
    await using folder = await folderWith(tree);
    const shown = await runInProcess(folder.path, ["show", "types/money"]);
    expect(shown.stdout).toContain(`types.Money v1, unreleased
An amount in a currency.

file          ${money}
imports       ${currency}
used by       orders.order.paid v1, orders.order.placed v1
`);
    expect(shown.stdout).toContain(`
Money
├─ amount: long
│    In minor units.
└─ currency: enum Currency {EUR, USD}
`);
    for (const name of ["types/money@1", "types/money/v1.avsc", money]) {
      expect(await runInProcess(folder.path, ["show", name])).toEqual(shown);
    }
    const enumeration = await runInProcess(folder.path, ["show", "types/currency", "--json"]);
    expect(JSON.parse(enumeration.stdout)).toMatchObject({
      type: "types.Currency",
      schema: "enum Currency {EUR, USD}",
    });
    const event = await runInProcess(folder.path, ["show", "orders.order.placed"]);
    expect(event.stdout).toContain(`imports       ${money}\n`);
  });

  it.each([
    ["types/mony", "The tree has no shared type types/mony."],
    ["types/money@2", "The tree has no file types/money/v2.avsc. It has types/money/v1.avsc."],
  ])("refuse %s", async (name, message) => {
    await using folder = await folderWith(tree);
    const { code, stderr } = await runInProcess(folder.path, ["show", name]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
  });
});

describe("new", () => {
  it("carries the imports over to the next version of an event", async () => {
    await using folder = await folderWith(tree);
    await runInProcess(folder.path, ["new", "orders.order.placed"]);
    await runInProcess(folder.path, ["new", "orders.order.placed", "--breaking"]);
    await runInProcess(folder.path, ["new", "orders.order.returned", "--from", "orders.order.placed"]);
    const { code, stdout } = await runInProcess(folder.path, ["check"]);
    expect({ code, errors: stdout.includes("error") }).toEqual({ code: 0, errors: false });
  });

  it("begins and continues a type", async () => {
    await using folder = await folderWith(tree);
    expect((await runInProcess(folder.path, ["new", "types/postal_address"])).stdout).toBe(
      "Wrote schemas/types/postal_address/v1.avsc: type types.PostalAddress\nNext: edit it, then schemas check\n",
    );
    expect((await runInProcess(folder.path, ["new", "types/money"])).stdout).toContain(
      "Wrote schemas/types/money/v2.avsc: type types.Money, a copy of types/money/v1.avsc\nNote: v1 is not released",
    );
    expect((await runInProcess(folder.path, ["new", "types/money", "--breaking"])).stdout).toContain(
      "Wrote schemas/types/money/v3.avsc: type types.MoneyV3, a copy of types/money/v2.avsc",
    );
    expect((await runInProcess(folder.path, ["check"])).code).toBe(0);
    const refused = await runInProcess(folder.path, ["new", "types/money", "--from", "orders.order.placed"]);
    expect({ code: refused.code, stderr: refused.stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining("--from copies an event"),
    });
    for (const args of [["types/money@4"], ["types/lone", "--breaking"], ["types/Money"], ["types.money.spent"]]) {
      expect((await runInProcess(folder.path, ["new", ...args])).code).toBe(2);
    }
  });
});

describe("generate and release", () => {
  it("write the types into the event's module and the lock", async () => {
    await using folder = await folderWith(tree);
    expect((await runInProcess(folder.path, ["generate"])).code).toBe(0);
    expect((await runInProcess(folder.path, ["generate", "--check"])).code).toBe(0);
    const source = await readFile(join(folder.path, "events/orders/src/order.placed.ts"), "utf8");
    expect(source).toContain("export interface MoneyV1 {");
    expect(source).toContain('export type CurrencyV1 = "EUR" | "USD";');
    expect(source).not.toContain("waybill.imports");
    await write(folder, currency, { ...currencyType, symbols: ["EUR", "USD", "GBP"] });
    const outdated = await runInProcess(folder.path, ["generate", "--check"]);
    expect(outdated.code).toBe(1);
    expect(outdated.stdout).toContain("order.placed.ts is outdated");

    const released = await runInProcess(folder.path, ["release"]);
    expect(released.stdout).toContain("Released orders.order.placed v1\nReleased types/money/v1.avsc\n");
    expect((await runInProcess(folder.path, ["release"])).stdout).toBe("Every version is released already.\n");
  });

  it("lint --fix mends an unreleased type where it stands", async () => {
    const uncertain = { ...currencyType, symbols: ["UNKNOWN", "EUR"] };
    await using folder = await folderWith({ ...tree, [currency]: uncertain });
    const { stdout } = await runInProcess(folder.path, ["lint", "--fix"]);
    expect(stdout).toContain(`Mended 1 problem in ${currency}\n`);
  });
});

describe("diff", () => {
  it("names the type's file where two versions disagree in it", async () => {
    await using folder = await folderWith({
      ...tree,
      "schemas/types/money/v2.avsc": { ...moneyType, fields: [...moneyType.fields, { name: "rate", type: "double" }] },
      [v2]: { "waybill.imports": ["types/money/v2.avsc"], ...orderRecord([total]) },
    });
    const { stdout } = await runInProcess(folder.path, ["diff", "orders.order.placed"]);
    expect(stdout).toContain("+ total.rate");
    expect(stdout).toMatch(/ {4}schemas\/types\/money\/v2\.avsc:\d+:\d+: at total\.rate, /);
    const file = await runInProcess(folder.path, ["diff", v1, "orders.order.placed"]);
    expect({ code: file.code, stderr: file.stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining("it can only be read within its tree"),
    });
  });
});

describe("baselines", () => {
  it("bring the types of their own state of the tree", async () => {
    await using folder = await folderWith(tree);
    await runInProcess(folder.path, ["release"]);
    await commitAll(folder.path);
    await using copy = await folderWith(tree);
    await runInProcess(copy.path, ["release"]);

    // Covered up in the lock, so that only the baseline can tell.
    await write(folder, currency, { ...currencyType, symbols: ["EUR", "USD", "GBP"] });
    await rm(join(folder.path, "schemas/schemas.lock.json"));
    await runInProcess(folder.path, ["release"]);
    expect((await runInProcess(folder.path, ["check"])).code).toBe(0);
    for (const [baseline, label] of [
      ["git:main", "git:main"],
      [join(copy.path, "schemas"), join(copy.path, "schemas")],
    ] as const) {
      const { code, stdout } = await runInProcess(folder.path, ["check", "--against", baseline]);
      expect(code).toBe(1);
      expect(stdout).toMatch(/^schemas\/types\/currency\/v1\.avsc:1:1: error released-edited: /);
      expect(stdout).toContain(
        `types/currency/v1.avsc is released in ${label} as part of orders.order.paid v1 and orders.order.placed v1, and differs here\n`,
      );
      expect(stdout).toMatch(/: 1 error\n/);
    }
  });

  it("are kept by an event whose type was put in its place", async () => {
    await using folder = await folderWith(tree);
    await runInProcess(folder.path, ["release"]);
    await commitAll(folder.path);
    const inPlace = {
      ...moneyType,
      "waybill.imports": undefined,
      fields: [amount, { name: "currency", type: currencyType }],
    };
    await write(folder, v1, orderRecord([{ name: "total", type: inPlace }]));
    const { code, stdout } = await runInProcess(folder.path, ["check", "--against", "git:main"]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining("nothing to report") });
  });

  it("find a new version that breaks within a type with what only the baseline has", async () => {
    await using folder = await folderWith(tree);
    await runInProcess(folder.path, ["release"]);
    await commitAll(folder.path);
    await write(folder, v1, orderRecord());
    await rm(join(folder.path, "schemas/schemas.lock.json"));
    const rated = { ...moneyType, fields: [...moneyType.fields, { name: "rate", type: "double" }] };
    await write(folder, "schemas/types/money/v2.avsc", rated);
    await write(folder, v2, { "waybill.imports": ["types/money/v2.avsc"], ...orderRecord([total]) });
    const { stdout } = await runInProcess(folder.path, ["check", "--against", "git:main"]);
    expect(stdout).toMatch(
      /^schemas\/types\/money\/v2\.avsc:\d+:\d+: error incompatible: orders\.order\.placed v2 cannot read what v1 wrote: at total\.rate, .*\n {4}schemas\/types\/money\/v1\.avsc:1:1: the other side, in v1 of git:main$/m,
    );
  });

  it("in a registry are self-contained", async () => {
    await using folder = await folderWith(tree);
    const registry = await startRegistry({ port: 0, store: { kind: "memory" } });
    try {
      await runInProcess(folder.path, ["release"]);
      expect((await runInProcess(folder.path, ["push", "--registry", registry.url])).code).toBe(0);
      const checked = await runInProcess(folder.path, ["check", "--against", registry.url]);
      expect({ code: checked.code, stdout: checked.stdout }).toEqual({
        code: 0,
        stdout: expect.stringContaining("nothing to report"),
      });
      const again = await runInProcess(folder.path, ["push", "--registry", registry.url]);
      expect(again.stdout).not.toContain("Registered");
      const pulled = await runInProcess(folder.path, ["pull", "pulled", "--registry", registry.url]);
      expect(pulled.code).toBe(0);
    } finally {
      await registry.stop();
    }
  });
});

describe("samples and messages", () => {
  it("are of the schema with its types", async () => {
    await using folder = await folderWith(tree);
    const { stdout: hex } = await runInProcess(folder.path, ["sample", "orders.order.placed", "--as", "hex"]);
    const { stdout: json } = await runInProcess(folder.path, ["sample", "orders.order.placed"]);
    const decoded = await runInProcess(folder.path, ["decode", "orders.order.placed"], hex);
    expect(JSON.parse(decoded.stdout)).toEqual(JSON.parse(json));
    expect(JSON.parse(json)).toMatchObject({
      [keyField.name]: expect.any(String),
      total: { currency: expect.any(String) },
    });
  });
});

it("refuses symbolic links among the types, so that a loop of them ends nowhere", async () => {
  await using folder = await folderWith(tree);
  await symlink(".", join(folder.path, "schemas/types/loop"));
  const { code, stderr } = await runInProcess(folder.path, ["check"]);
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: expect.stringContaining('"schemas/types/loop" is a symbolic link'),
  });
});
