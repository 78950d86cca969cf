import { describe, expect, it } from "@jest/globals";
import { createDecoder, describeEvent } from "@waybill/events";
import { type Files, lockOf, orderRecord, treeOf } from "../../test/tree-fixture.ts";
import { checkTree } from "../check-tree.ts";
import type { Finding } from "../finding.ts";
import { describeHurt } from "../report.ts";

const v1 = "orders/order.placed/v1.avsc";
const v2 = "orders/order.placed/v2.avsc";
const v3 = "orders/order.placed/v3.avsc";
const note = { name: "note", type: "string" };
const noteWithDefault = { ...note, default: "" };
const line = (...fields: readonly object[]) => ({
  name: "lines",
  type: { type: "array", items: { type: "record", name: "Line", fields } },
});
const sku = { name: "sku", type: "string" };
const price = { name: "price", type: "long" };

function contracts(uses: Readonly<Record<string, object>>): Files {
  return Object.fromEntries(
    Object.entries(uses).map(([service, use]) => [
      `consumers/${service}.json`,
      { service, owner: `team-${service}`, events: { "orders.order.placed": use } },
    ]),
  );
}

interface Circumstances {
  readonly config?: object;
  readonly released?: Files;
}

function found(files: Files, { config, released = {} }: Circumstances = {}): readonly Finding[] {
  return checkTree(treeOf(files, config), lockOf(released)).filter(({ rule }) => rule !== "unreleased");
}

function linesOf(findings: readonly Finding[]): readonly string[] {
  return findings.map((finding) => `${finding.severity} ${finding.rule} ${describeHurt(finding) ?? "-"}`);
}

const removal: Files = { [v1]: orderRecord([note]), [v2]: orderRecord() };

describe("a field that is removed without a default", () => {
  it("hurts who decodes by the earlier version, whatever their code reads", () => {
    const all = contracts({
      mail: { versions: [1], fields: ["orderId", "note"] },
      stock: { versions: [1] },
      tax: { versions: [1], fields: ["orderId"] },
      up: { versions: [2], fields: ["orderId"] },
    });
    const [finding, ...others] = found({ ...removal, ...all });
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      rule: "incompatible",
      severity: "error",
      about: { event: "orders.order.placed", version: 2, field: "note", readers: [1] },
      hurts: [
        { service: "mail", owner: "team-mail", fields: ["note"] },
        { service: "stock", owner: "team-stock" },
        { service: "tax", owner: "team-tax", fields: [] },
      ],
    });
  });

  it("passes as a note that says what to deploy first, when nobody reads it", () => {
    const [finding, ...others] = found({
      ...removal,
      ...contracts({ tax: { versions: [1], fields: ["orderId"] }, up: { versions: [1, 2], fields: [] } }),
    });
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      rule: "consumers-first",
      severity: "note",
      message: expect.stringMatching(
        /^v1 cannot read what v2 writes: at note, .*; of the services that read the event \(tax, up\) none reads "note"$/,
      ),
      help: "deploy these with the package of v2 before anything publishes v2, and add 2 to the versions in their contracts; their code stays as it is",
      hurts: [{ service: "tax", owner: "team-tax", fields: [] }],
    });
  });

  it("is decoded once the service has the newer version, and not before", () => {
    const [before, after] = [v1, v2].map((file, index) =>
      describeEvent({ type: "orders.order.placed", version: index + 1, schema: JSON.stringify(removal[file]) }),
    );
    if (before === undefined || after === undefined) throw new Error("two versions");
    const data = { orderId: "o-1" };
    const [older, newer] = [before.encode({ ...data, note: "n" }), after.encode(data)];
    expect(() => createDecoder(after.schema, before)(newer)).toThrow(/note/);
    expect(createDecoder(before.schema, after)(older)).toEqual(data);
    expect(createDecoder(after.schema, after)(newer)).toEqual(data);
  });

  it("may be published when every contract has the version; released, there is nothing left to say", () => {
    const files = { ...removal, ...contracts({ tax: { versions: [1, 2], fields: ["orderId"] } }) };
    const [finding] = found(files);
    expect(finding).toMatchObject({ rule: "consumers-first", severity: "note", hurts: [] });
    expect(finding?.help).toBe("all of them run the package of v2 or a later one, so v2 may be published");
    expect(found(files, { released: removal })).toEqual([]);
  });

  it("is told after the release as long as a service has to be deployed", () => {
    const files = { ...removal, ...contracts({ tax: { versions: [1], fields: ["orderId"] } }) };
    expect(linesOf(found(files, { released: removal }))).toEqual(["note consumers-first hurts: tax (team-tax)"]);
  });

  it("waits for the contracts where the config wants it so", () => {
    const config = { rules: { "consumers-first": "error" } };
    const late = { ...removal, ...contracts({ tax: { versions: [1], fields: [] } }) };
    expect(linesOf(found(late, { config }))).toEqual(["error consumers-first hurts: tax (team-tax)"]);
    const upgraded = { ...removal, ...contracts({ tax: { versions: [2], fields: [] } }) };
    expect(found(upgraded, { config })[0]?.severity).toBe("note");
    expect(found(late, { config: { rules: { "consumers-first": "off" } } })).toEqual([]);
  });

  it("fails where contracts do not tell who reads the event", () => {
    expect(linesOf(found(removal))).toEqual(["error incompatible -"]);
    const elsewhere = { service: "x", owner: "y", events: {} };
    expect(linesOf(found({ ...removal, "consumers/x.json": elsewhere }))).toEqual([
      "error incompatible hurts: no service that has a contract",
    ]);
  });

  it("fails where the newer version cannot read the earlier ones either, in every mode", () => {
    const files = {
      [v1]: orderRecord([note]),
      [v2]: orderRecord([{ name: "total", type: "long" }]),
      ...contracts({ tax: { versions: [1], fields: [] } }),
    };
    for (const mode of ["FULL", "FORWARD"]) {
      expect(linesOf(found(files, { config: { mode } }))).toContain("error incompatible hurts: tax (team-tax)");
    }
    expect(linesOf(found(files)).filter((text) => text.startsWith("error"))).toHaveLength(2);
  });

  it("is a field inside others, by all the names that it has had", () => {
    const steps = { [v1]: orderRecord([line(sku, price)]), [v2]: orderRecord([line(sku)]) };
    const severityFor = (...fields: readonly string[]) =>
      found({ ...steps, ...contracts({ tax: { versions: [1], fields } }) }).map(({ severity }) => severity);
    expect(severityFor("lines[].sku")).toEqual(["note"]);
    expect(severityFor("lines[].price")).toEqual(["error"]);
    expect(severityFor("lines[]")).toEqual(["error"]);
    expect(severityFor("lines")).toEqual(["error"]);

    const renamed = { ...line(sku, price), name: "items", aliases: ["lines"], default: [] };
    const gone = { ...line(sku), name: "items", aliases: ["lines"], default: [] };
    const files = { [v1]: orderRecord([]), [v2]: orderRecord([renamed]), [v3]: orderRecord([gone]) };
    expect(linesOf(found({ ...files, ...contracts({ tax: { versions: [2], fields: ["items[].price"] } }) }))).toEqual([
      "error incompatible hurts: tax (team-tax), which reads items[].price",
    ]);
  });
});

describe("other findings", () => {
  const reads = (...fields: readonly string[]) => contracts({ tax: { versions: [1], fields } });

  it("name the services that a version hurts which cannot read earlier ones, and stay errors", () => {
    const files = { [v1]: orderRecord(), [v2]: orderRecord([note]), ...reads("orderId") };
    expect(linesOf(found(files))).toEqual(["error incompatible hurts: tax (team-tax)"]);
  });

  it("of compiled code are notes when nobody reads the field", () => {
    const config = { generate: { out: "out", scope: "@x" } };
    const steps = { [v1]: orderRecord([noteWithDefault]), [v2]: orderRecord() };
    expect(linesOf(found(steps, { config }))).toEqual(["warning source-removed -"]);
    expect(linesOf(found({ ...steps, ...reads("note") }, { config }))).toEqual([
      "warning source-removed hurts: tax (team-tax), which reads note",
    ]);
    const [unread] = found({ ...steps, ...reads() }, { config: { ...config, rules: { "source-removed": "error" } } });
    expect(unread).toMatchObject({
      severity: "note",
      message: expect.stringMatching(/; no service reads it$/),
      help: "nothing to do: the field is in no contract of those who read the event, tax",
    });
  });

  it("know a renamed field by its other name", () => {
    const config = { generate: { out: "out", scope: "@x" } };
    const steps = {
      [v1]: orderRecord([noteWithDefault]),
      [v2]: orderRecord([{ ...noteWithDefault, name: "remark", aliases: ["note"] }]),
    };
    expect(linesOf(found({ ...steps, ...reads("note") }, { config }))).toEqual([
      "warning source-renamed hurts: tax (team-tax), which reads note",
    ]);
  });

  it("of what events in topics mean stay as severe, read or not", () => {
    const decimal = (scale: number) => ({
      name: "total",
      type: { type: "bytes", logicalType: "decimal", precision: 12, scale },
    });
    const steps = { [v1]: orderRecord([decimal(2)]), [v2]: orderRecord([decimal(4)]) };
    expect(linesOf(found({ ...steps, ...reads() }))).toEqual([
      "error logical-scale hurts: no service that has a contract",
    ]);
  });

  it("of a moved key or an edited release hurt all who read the event", () => {
    const moved = {
      [v1]: orderRecord([{ name: "userId", type: "string" }]),
      [v2]: {
        ...orderRecord(),
        fields: [
          { name: "orderId", type: "string" },
          { name: "userId", type: "string", "waybill.key": true },
        ],
      },
    };
    expect(linesOf(found({ ...moved, ...reads() }))).toEqual(["error key-moved hurts: tax (team-tax)"]);
    const edited = { [v1]: orderRecord([], "OrderPlaced"), ...reads() };
    expect(linesOf(found(edited, { released: { [v1]: orderRecord([noteWithDefault]) } }))).toEqual([
      "error released-edited hurts: tax (team-tax)",
    ]);
  });

  it("of an event that is gone hurt those who read it", () => {
    const gone = found({ ...reads() }, { released: { [v1]: orderRecord() } });
    expect(linesOf(gone)).toEqual(["error contract-unknown -", "error released-removed hurts: tax (team-tax)"]);
  });

  it("are waived under the rule that they have", () => {
    const waiver = {
      rule: "incompatible",
      event: "orders.order.placed",
      version: 2,
      field: "note",
      reason: "a test",
      owner: "me",
      expires: "9999-12-31",
    };
    const config = { waivers: [waiver] };
    expect(linesOf(found({ ...removal, ...reads("note") }, { config }))).toEqual([
      "note incompatible hurts: tax (team-tax), which reads note",
    ]);
    expect(found({ ...removal, ...reads() }, { config }).map(({ rule }) => rule)).toEqual([
      "consumers-first",
      "waiver-unused",
    ]);
  });
});
