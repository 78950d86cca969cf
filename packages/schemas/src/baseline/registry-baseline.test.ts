import { expect, it } from "@jest/globals";
import { orderRecord, treeOf } from "../../test/tree-fixture.ts";
import { readRegistryBaseline } from "./registry-baseline.ts";

const v = (version: number) => `orders/order.placed/v${version}.avsc`;
const note = { name: "note", type: ["null", "string"], default: null };
const tip = { name: "tip", type: ["null", "string"], default: null };
const first = "orders.order-orders.order.OrderPlaced";

/** What a registry with these subjects gives for a tree: the number and the fields of each version. */
async function versionsFor(
  files: Parameters<typeof treeOf>[0],
  subjects: Readonly<Record<string, readonly object[]>>,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const tree = treeOf(files);
  const baseline = await readRegistryBaseline(tree.config, tree.events, {
    url: "http://registry",
    subjects: async () => Object.keys(subjects),
    versions: async (subject) => (subjects[subject] ?? []).map((_, index) => index + 1).toReversed(),
    version: async (subject, version) => ({
      schema: JSON.stringify(subjects[subject]?.[version - 1]),
      schemaType: "AVRO",
      hasReferences: false,
    }),
  });
  expect(baseline).toMatchObject({ label: "http://registry", identity: "schema" });
  const versions = baseline.events.flatMap((event) => event.versions);
  return Object.fromEntries(
    versions.map(({ file, record }) => [file, record?.fields.map(({ name }) => name).slice(1) ?? []]),
  );
}

it("gives each registered schema the number that the tree has for it", async () => {
  const files = { [v(1)]: orderRecord(), [v(2)]: orderRecord([note]), [v(3)]: orderRecord([note, tip]) };
  const registered = { [first]: [orderRecord(), orderRecord([note, tip])] };
  expect(await versionsFor(files, registered)).toEqual({ [v(1)]: [], [v(3)]: ["note", "tip"] });
});

it("takes what the tree lacks for the version after the one before it", async () => {
  const files = { [v(1)]: orderRecord(), [v(2)]: orderRecord([tip]) };
  const registered = { [first]: [orderRecord(), orderRecord([note])] };
  expect(await versionsFor(files, registered)).toEqual({ [v(1)]: [], [v(2)]: ["note"] });
});

it("begins each generation with the version in its name, and leaves other subjects alone", async () => {
  const subjects = {
    [`${first}V3`]: [orderRecord([tip], "OrderPlacedV3")],
    [first]: [orderRecord(), orderRecord([note])],
    [`${first}Again`]: [orderRecord()],
    [`${first}V03`]: [orderRecord()],
    "users.user-users.user.UserRegistered": [orderRecord()],
  };
  expect(await versionsFor({ [v(1)]: orderRecord() }, subjects)).toEqual({
    [v(1)]: [],
    [v(2)]: ["note"],
    [v(3)]: ["tip"],
  });
});
