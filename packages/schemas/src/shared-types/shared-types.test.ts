import { describe, expect, it } from "@jest/globals";
import { canonicalForm, parseSchemaOrThrow } from "@waybill/avro";
import { bytesOf, findingsOf, keyField, lintOf, lockOf, orderRecord, treeOf } from "../../test/tree-fixture.ts";
import { checkTree } from "../check-tree.ts";
import { buildSchemaTree, type SchemaVersion } from "../schema-tree.ts";

const v1 = "orders/order.placed/v1.avsc";
const v2 = "orders/order.placed/v2.avsc";
const paid = "orders/order.paid/v1.avsc";
const money = "types/money/v1.avsc";
const money2 = "types/money/v2.avsc";
const currency = "types/currency/v1.avsc";

const total = { name: "total", type: "types.Money" };
const shipping = { name: "shipping", type: ["null", "types.Money"], default: null };
const amount = { name: "amount", type: "long" };
const currencyType = { type: "enum", name: "Currency", namespace: "types", symbols: ["EUR", "USD"] };

function moneyType(fields: readonly object[] = [amount], more: object = {}): object {
  return { type: "record", name: "Money", namespace: "types", ...more, fields };
}

function placed(imports: unknown, fields: readonly object[], name?: string): Readonly<Record<string, unknown>> {
  return { "waybill.imports": imports, ...orderRecord(fields, name) };
}

function versionOf(files: Readonly<Record<string, unknown>>): SchemaVersion {
  const [version] = treeOf(files).events.flatMap(({ versions }) => versions);
  if (version === undefined) throw new Error("the tree has no version");
  return version;
}

describe("the schema of an event", () => {
  it("has each imported type where it is used first, and its list of imports no more", () => {
    const { text, record } = versionOf({ [v1]: placed([money], [total, shipping]), [money]: moneyType() });
    expect(JSON.parse(text)).toEqual({
      ...orderRecord([{ name: "total", type: moneyType() }, shipping]),
    });
    const alone = parseSchemaOrThrow(text).schema;
    expect(record === null ? null : canonicalForm(record)).toBe(canonicalForm(alone));
  });

  it("has types of types, each once and by its full name", () => {
    const { text } = versionOf({
      [v1]: placed([money, currency], [{ name: "paidIn", type: { type: "array", items: "types.Currency" } }, total]),
      [money]: moneyType([amount, { name: "currency", type: "Currency" }], { "waybill.imports": [currency] }),
      [currency]: currencyType,
    });
    expect(JSON.parse(text)).toEqual(
      orderRecord([
        { name: "paidIn", type: { type: "array", items: currencyType } },
        { name: "total", type: moneyType([amount, { name: "currency", type: "Currency" }]) },
      ]),
    );
    expect(() => parseSchemaOrThrow(text)).not.toThrow();
  });

  it("takes a type that holds itself, and a use that is written as an object", () => {
    const next = { name: "next", type: ["null", "Money"], default: null };
    const { text } = versionOf({
      [v1]: placed([money], [{ name: "total", type: { type: "types.Money" } }]),
      [money]: moneyType([amount, next]),
    });
    expect(JSON.parse(text)).toEqual(orderRecord([{ name: "total", type: moneyType([amount, next]) }]));
  });

  it.each([
    [
      '{ "waybill.imports" : [ ] , "type": "record", "name": "OrderPlaced", "namespace": "orders.order", "fields": [] }',
    ],
    ['{ "type": "record", "name": "OrderPlaced", "waybill.imports": [], "namespace": "orders.order", "fields": [] }'],
    [
      '\ufeff{ "type": "record", "name": "OrderPlaced", "namespace": "orders.order", "fields": [] , "waybill.imports": [] }',
    ],
  ])("drops the list wherever it stands: %j", (content) => {
    expect(versionOf({ [v1]: content }).text).toBe(
      '{"type":"record","name":"OrderPlaced","namespace":"orders.order","fields":[]}',
    );
  });

  it("is the same whether a type is imported or written in place", () => {
    const imported = versionOf({ [v1]: orderOf(placed([money], [total])), [money]: moneyType() });
    const inPlace = versionOf({ [v1]: orderOf(orderRecord([{ name: "total", type: moneyType() }])) });
    expect(imported.sha256).toBe(inPlace.sha256);
  });

  it("takes over only what has the same types in another state of the tree", () => {
    const files = { [v1]: placed([money], [total]), [paid]: orderRecord([], "OrderPaid"), [money]: moneyType() };
    const before = treeOf(files);
    const contents = (tree: Readonly<Record<string, unknown>>) =>
      Object.entries(tree).map(([path, content]) => ({ path, content: bytesOf(content) }));
    const versionsIn = (tree: Readonly<Record<string, unknown>>) =>
      buildSchemaTree(before.config, contents(tree), before).events.map(({ versions }) => versions[0]);
    const [oldPaid, oldPlaced] = before.events.map(({ versions }) => versions[0]);
    const same = versionsIn(files);
    expect([same[0] === oldPaid, same[1] === oldPlaced]).toEqual([true, true]);
    const [newPaid, newPlaced] = versionsIn({ ...files, [money]: moneyType([{ ...amount, doc: "Edited." }]) });
    expect([newPaid === oldPaid, newPlaced === oldPlaced]).toEqual([true, false]);
    expect(newPlaced?.text).toContain("Edited.");
  });
});

/** The same keys in the same order, so that texts can be compared. */
function orderOf(record: Readonly<Record<string, unknown>>): object {
  const { "waybill.imports": imports, ...rest } = record;
  return imports === undefined ? rest : { ...rest, "waybill.imports": imports };
}

describe("what is wrong with imports", () => {
  const tree = { [money]: moneyType(), [v1]: placed([money], [total]) };

  it("is nothing in a sound tree", () => {
    expect(findingsOf(tree)).toEqual([]);
  });

  it("is a type whose file is not imported", () => {
    const lost = findingsOf({ ...tree, [v1]: orderRecord([total, shipping]) });
    expect(lost).toEqual([
      `${v1}:13:15: error import-missing: types.Money is defined in ${money}, which this file does not import`,
    ]);
    const [help] = checkTree(treeOf({ ...tree, [v1]: orderRecord([total]) }), new Map()).flatMap(
      ({ rule, help: text }) => (rule === "import-missing" ? [text] : []),
    );
    expect(help).toBe(`add "waybill.imports": ["${money}"] at the top of the file`);
  });

  it("is a type by its short name, which Avro looks for in the namespace of the event", () => {
    expect(findingsOf({ ...tree, [v1]: placed([money], [{ name: "total", type: "Money" }]) })).toEqual([
      `${v1}:16:15: error import-missing: there is no type orders.order.Money; ${money} defines types.Money`,
      // Without the use that was meant, nothing tells whether the import is used.
    ]);
  });

  it("is a type that is only there by way of another", () => {
    const found = findingsOf({
      [money]: moneyType([{ name: "currency", type: "Currency" }], { "waybill.imports": [currency] }),
      [currency]: currencyType,
      [v1]: placed([money], [total, { name: "paidIn", type: "types.Currency" }]),
    });
    expect(found).toEqual([
      `${v1}:20:15: error import-missing: types.Currency is defined in ${currency}, which this file has only by way of ${money}`,
    ]);
  });

  it("is a type inside another file's type", () => {
    const files = {
      [money]: moneyType([{ name: "currency", type: currencyType }]),
      [v1]: placed([money], [total, { name: "paidIn", type: "types.Currency" }]),
    };
    const message = `types.Currency is defined inside ${money}, and only types.Money itself can be imported from there`;
    expect(findingsOf(files)).toEqual([`${v1}:20:15: error import-missing: ${message}`]);
    expect(findingsOf({ ...files, [v1]: orderRecord([{ name: "paidIn", type: "types.Currency" }]) })).toEqual([
      `${v1}:13:15: error import-missing: ${message}`,
    ]);
  });

  it.each([
    [["types/money/v7.avsc"], 'the import "types/money/v7.avsc" names a file that the tree does not have'],
    [["../types/money/v1.avsc"], 'the import "../types/money/v1.avsc" leaves the schema tree, and a tree must'],
    [["types/../../money/v1.avsc"], "leaves the schema tree"],
    [["/etc/passwd"], "leaves the schema tree"],
    [["file:///etc/passwd"], "leaves the schema tree"],
    [["C:\\types\\money\\v1.avsc"], "leaves the schema tree"],
    [["orders/order.placed/v1.avsc"], "is not the path of a shared type"],
    [["./types/money/v1.avsc"], "is not the path of a shared type"],
    [[money, money], `"${money}" is imported twice`],
    [[money, 7], "an import must be the path of a file, not a number"],
    [money, '"waybill.imports" must be an array of paths, not a string'],
  ])("is the list %j", (imports, message) => {
    const found = findingsOf({ ...tree, [v1]: placed(imports, []) });
    expect(found.join("\n")).toContain(`error import-invalid: `);
    expect(found.join("\n")).toContain(message);
  });

  it("is told beside a key that is written twice", () => {
    const text = JSON.stringify(placed([money], [total])).replace("{", '{"type":"record",');
    expect(findingsOf({ ...tree, [v1]: text })).toEqual([expect.stringContaining("[duplicate-key]")]);
  });

  it("is a list that stands inside", () => {
    const inner = { type: "record", name: "Inner", fields: [], "waybill.imports": [money] };
    expect(findingsOf({ ...tree, [v1]: orderRecord([{ name: "inner", type: inner }]) })).toEqual([
      expect.stringContaining('error import-invalid: "waybill.imports" stands inside the schema'),
    ]);
  });

  it("is an import without a use, which is only told of what can be read", () => {
    expect(findingsOf({ ...tree, [v1]: placed([money], []) })).toEqual([
      `${v1}:3:5: warning import-unused: "${money}" is imported, and nothing here is a types.Money`,
    ]);
  });

  it("is two definitions of one name, also by way of another type", () => {
    const wallet = "types/wallet/v1.avsc";
    const files = {
      ...tree,
      [money2]: moneyType(),
      [wallet]: {
        "waybill.imports": [money],
        type: "record",
        name: "Wallet",
        namespace: "types",
        fields: [{ name: "holds", type: "Money" }],
      },
      [v1]: placed([wallet, money2], [total, { name: "wallet", type: "types.Wallet" }]),
    };
    expect(findingsOf(files)).toContain(
      `${v1}:4:5: error import-conflict: "${money2}" brings types.Money as ${money2} defines it, and the imports before it as ${money} does: a schema holds one definition of a name`,
    );
    const named = { ...files, [money2]: { ...moneyType(), name: "MoneyV2" } };
    const both = placed(
      [wallet, money, money2],
      [total, { name: "wallet", type: "types.Wallet" }, { name: "new", type: "types.MoneyV2" }],
    );
    expect(findingsOf({ ...named, [v1]: both })).toEqual([]);
  });

  it("is a name that the event defines itself", () => {
    const own = { name: "own", type: { type: "fixed", name: "Money", namespace: "types", size: 8 } };
    expect(findingsOf({ ...tree, [v1]: placed([money], [total, own]) })).toEqual([
      expect.stringMatching(
        /^orders.* error avro: the type types\.Money is already defined at types\/money\/v1\.avsc:1:1;/,
      ),
    ]);
  });

  it("is a cycle, told once with its path", () => {
    const file = (name: string) => `types/${name}/v1.avsc`;
    const type = (name: string, imported: string, use: unknown) => ({
      type: "record",
      name,
      namespace: "types",
      "waybill.imports": [file(imported)],
      fields: [{ name: "next", type: use }],
    });
    const found = findingsOf({
      [file("a")]: type("A", "b", "B"),
      [file("b")]: type("B", "c", "C"),
      [file("c")]: type("C", "a", "A"),
      [v1]: placed([file("b")], [{ name: "b", type: "types.B" }]),
    });
    expect(found).toEqual([
      `types/c/v1.avsc:6:5: error import-cycle: types/a/v1.avsc imports itself: types/a/v1.avsc -> types/b/v1.avsc -> types/c/v1.avsc -> types/a/v1.avsc`,
    ]);
    expect(findingsOf({ [file("a")]: type("A", "a", ["null", "A"]) })).toEqual([
      "types/a/v1.avsc:6:5: error import-cycle: types/a/v1.avsc imports itself: types/a/v1.avsc -> types/a/v1.avsc",
    ]);
  });

  it.each([
    ["upwards", (index: number) => index - 1],
    ["downwards", (index: number) => index + 1],
  ])("is a chain of imports without end, %s", (_direction, importedBy) => {
    const count = 3000;
    const files = Array.from({ length: count }, (_, index): [string, object] => {
      const imported = importedBy(index);
      const isLast = imported < 0 || imported === count;
      return [
        `types/t${index}/v1.avsc`,
        {
          type: "record",
          name: `T${index}`,
          namespace: "types",
          "waybill.imports": isLast ? [] : [`types/t${imported}/v1.avsc`],
          fields: isLast ? [] : [{ name: "next", type: `T${imported}` }],
        },
      ];
    });
    const found = findingsOf({ ...Object.fromEntries(files), [v1]: orderRecord() });
    expect(found.length).toBeGreaterThan(0);
    for (const line of found) expect(line).toContain("error import-invalid: types import types more than 100 levels");
  });
});

describe("a shared type", () => {
  it("has the name of its path", () => {
    expect(findingsOf({ [money]: { ...moneyType(), name: "Amount" }, [v1]: orderRecord() })).toEqual([
      `${money}:3:11: error type-name: the type is named "types.Amount", and its path makes it "types.Money"`,
    ]);
    expect(findingsOf({ [money]: { type: "array", items: "int" }, [v1]: orderRecord() })).toEqual([
      `${money}:1:1: error type-name: a shared type must be a record, an enum or a fixed: only those have a name to be used by`,
    ]);
  });

  it("is told of its own faults, all at once, and not of those again where it is used", () => {
    const broken = moneyType([amount, { name: "a b", type: "strin" }, { name: "x", type: "int", default: "1" }]);
    const found = findingsOf({
      [money]: broken,
      [v1]: placed([money], [total, { name: "y", type: "int", default: "1" }]),
      [paid]: { ...placed([money], [total]), name: "OrderPaid" },
    });
    expect(found).toEqual([
      expect.stringMatching(/^orders\/order\.placed\/v1\.avsc:21:18: error avro: .*\[invalid-default]$/),
      expect.stringMatching(/^types\/money\/v1\.avsc:11:15: error avro: .*\[invalid-name]$/),
      expect.stringMatching(/^types\/money\/v1\.avsc:12:15: error avro: .*strin.*\[unknown-type]$/),
      expect.stringMatching(/^types\/money\/v1\.avsc:17:18: error avro: .*\[invalid-default]$/),
    ]);
  });

  it("stands in no other file of its folder", () => {
    expect(findingsOf({ "types/money.avsc": moneyType(), "types/order.placed/v1.avsc": orderRecord() })).toEqual([
      expect.stringContaining(
        'types/money.avsc:1:1: error file-unknown: "types/money.avsc" is not a version of a shared',
      ),
      expect.stringContaining("types/order.placed/v1.avsc:1:1: error file-unknown"),
    ]);
  });

  it("counts its versions up from 1", () => {
    expect(findingsOf({ "types/money/v3.avsc": moneyType(), [v1]: orderRecord() })).toEqual([
      "types/money/v3.avsc:1:1: error version-gap: types/money/v3.avsc follows no types/money/v2.avsc",
    ]);
  });

  it("is where a break is that it brings, with the event that it hurts", () => {
    const found = findingsOf({
      [money]: moneyType(),
      [money2]: moneyType([amount, { name: "currency", type: "string" }]),
      [v1]: placed([money], [total]),
      [v2]: placed([money2], [total]),
      [paid]: { ...placed([money], [total]), name: "OrderPaid" },
    });
    expect(found).toEqual([
      `${money2}:10:5: error incompatible: orders.order.placed v2 cannot read what v1 wrote: at total.currency, the reader's field "currency" has no default and the writer's record types.Money lacks it`,
    ]);
  });

  it("may hold no key, which is told once", () => {
    const found = findingsOf({
      [money]: moneyType([{ ...amount, "waybill.key": true }]),
      [v1]: placed([money], [total]),
      [paid]: { ...placed([money], [total]), name: "OrderPaid" },
    });
    expect(found).toEqual([expect.stringMatching(/^types\/money\/v1\.avsc:6:5: error key-field: "amount" is marked/)]);
  });
});

describe("a released type", () => {
  const files = {
    [money]: moneyType([amount, { name: "currency", type: "Currency" }], { "waybill.imports": [currency] }),
    [currency]: currencyType,
    [v1]: placed([money], [total]),
    [paid]: { ...placed([money], [total]), name: "OrderPaid" },
  };
  const lock = lockOf(files);

  it("may be laid out anew", () => {
    expect(findingsOf({ ...files, [currency]: JSON.stringify(currencyType) }, { lock })).toEqual([]);
  });

  it("may not change, which is told once, with the events that it is part of", () => {
    const edited = { ...currencyType, symbols: ["EUR", "USD", "GBP"] };
    expect(findingsOf({ ...files, [currency]: edited }, { lock })).toEqual([
      `${currency}:1:1: error released-edited: ${currency} was released as part of orders.order.paid v1 and orders.order.placed v1, and has been edited since (its data differs)`,
    ]);
    expect(findingsOf({ ...files, [currency]: { ...currencyType, doc: "ISO 4217." } }, { lock })).toEqual([
      expect.stringContaining("(only docs, defaults, aliases or attributes differ)"),
    ]);
  });

  it("has the services that its edit hurts", () => {
    const contract = (event: string) => ({ service: "tax", owner: "team-tax", events: { [event]: { versions: [1] } } });
    const edited = { ...files, [currency]: { ...currencyType, symbols: ["EUR"] } };
    const hurts = (event: string) =>
      checkTree(treeOf({ ...edited, "consumers/tax.json": contract(event) }), lock).find(
        ({ rule }) => rule === "released-edited",
      )?.hurts;
    expect(hurts("orders.order.paid")).toEqual([{ service: "tax", owner: "team-tax" }]);
    expect(hurts("orders.order.lost")).toEqual([]);
  });

  it("may not go, and its users are not taken for edited", () => {
    const { [currency]: gone, ...rest } = files;
    expect(gone).toBe(currencyType);
    expect(findingsOf(rest, { lock })).toEqual([
      expect.stringContaining(`error released-removed: ${currency} was released as part of events and is gone`),
      `${money}:6:5: error import-invalid: the import "${currency}" names a file that the tree does not have`,
    ]);
  });

  it("is released with the first event that has it, and no sooner", () => {
    expect(
      [...lockOf({ ...files, "types/lone/v1.avsc": { ...currencyType, name: "Lone" } }).keys()].toSorted(),
    ).toEqual(["orders.order.paid", "orders.order.placed", "types/currency", "types/money"]);
  });

  it("leaves an event alone that lists other files with the same text", () => {
    const copy = "types/money/v2.avsc";
    expect(findingsOf({ ...files, [copy]: files[money], [v1]: placed([copy], [total]) }, { lock })).toEqual([]);
  });
});

describe("lint", () => {
  it("looks at a shared type once, by the rules that are not about events", () => {
    const doc = "What it means.";
    const found = lintOf({
      [money]: moneyType([{ name: "price", type: "double", doc }], { doc }),
      [v1]: placed([money], [{ ...total, doc }]),
      [paid]: { ...placed([money], [{ ...total, doc }]), name: "OrderPaid" },
    });
    expect(found.filter((line) => line.startsWith("types/"))).toEqual([
      expect.stringMatching(/^types\/money\/v1\.avsc:9:15: error money-float: "price" looks like money/),
    ]);
    expect(found.filter((line) => line.includes("money-float"))).toHaveLength(1);
  });

  it("takes a suppression at the type, and warns of one that is not needed", () => {
    const because = (rule: string) => ({ "waybill.lint": { [rule]: "as agreed" } });
    const price = { name: "price", type: "double", doc: "It.", ...because("money-float") };
    const files = { [money]: moneyType([price], { doc: "It." }), [v1]: placed([money], [total]) };
    expect(lintOf(files).filter((line) => line.startsWith("types/"))).toEqual([]);
    const needless = moneyType([{ ...price, type: "string", ...because("enum-default") }], { doc: "It." });
    expect(lintOf({ ...files, [money]: needless }).join("\n")).toContain("suppression: enum-default has nothing");
  });
});

it("tells an event's own findings in its own file", () => {
  const files = {
    [money]: moneyType(),
    [v1]: { ...placed([money], [total]), fields: [{ ...keyField, type: "double" }, total] },
  };
  expect(findingsOf(files)).toEqual([
    expect.stringMatching(/^orders\/order\.placed\/v1\.avsc:\d+:\d+: error key-field: /),
  ]);
});
