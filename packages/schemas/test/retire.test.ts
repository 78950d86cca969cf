import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "@jest/globals";
import { folderWith, runInProcess } from "./run-schemas.ts";
import { orderRecord } from "./tree-fixture.ts";

const v = (version: number) => `schemas/orders/order.placed/v${version}.avsc`;
const note = { name: "note", type: ["null", "string"], default: null };

async function releasedTree() {
  const folder = await folderWith({
    "schemas/schemas.config.json": {},
    [v(1)]: orderRecord(),
    [v(2)]: orderRecord([note]),
    [v(3)]: orderRecord([note, { ...note, name: "tip" }]),
  });
  expect((await runInProcess(folder.path, ["release"])).code).toBe(0);
  return folder;
}

it("retires versions whose files are gone, and keeps their numbers", async () => {
  await using folder = await releasedTree();
  const file = join(folder.path, "schemas/schemas.lock.json");
  await rm(join(folder.path, v(1)));
  await rm(join(folder.path, v(2)));

  const gone = await runInProcess(folder.path, ["check"]);
  expect(gone.code).toBe(1);
  expect(gone.stdout).not.toContain("version-gap");
  expect(gone.stdout).toContain('retire it by "schemas release --retire orders.order.placed@1"');

  const args = ["release", "--retire", "orders.order.placed@1", "orders.order.placed@2"];
  const locked = await readFile(file, "utf8");
  const planned = await runInProcess(folder.path, [...args, "--dry-run"]);
  expect(planned).toMatchObject({ code: 0, stdout: expect.stringContaining("Would retire orders.order.placed@1\n") });
  expect(await readFile(file, "utf8")).toBe(locked);
  expect(await runInProcess(folder.path, args)).toMatchObject({
    code: 0,
    stdout:
      "Retired orders.order.placed@1\nRetired orders.order.placed@2\nCommit schemas/schemas.lock.json with the schemas.\n",
  });
  expect(JSON.parse(await readFile(file, "utf8")).events["orders.order.placed"].v1).toMatchObject({ retired: true });

  expect(await runInProcess(folder.path, ["check"])).toMatchObject({
    code: 0,
    stdout: "1 event, 1 version, mode FULL_TRANSITIVE: nothing to report\n",
  });
  expect((await runInProcess(folder.path, ["new", "orders.order.placed"])).stdout).toContain("v4");
});

it("tells reviewers what a change retires, and holds new versions to what is left", async () => {
  await using before = await releasedTree();
  await using after = await releasedTree();
  await rm(join(after.path, v(1)));
  expect((await runInProcess(after.path, ["check", "--against", join(before.path, "schemas")])).code).toBe(1);
  await runInProcess(after.path, ["release", "--retire", "orders.order.placed@1"]);
  const { code, stdout } = await runInProcess(after.path, ["check", "--against", join(before.path, "schemas")]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/note released-removed: v1 of orders\.order\.placed is released in \S+ and retired here/);
});

it.each([
  ["orders.order.placed@3", /v3\.avsc is still there\. Remove it first/],
  ["orders.order.placed@9", /The lock holds no version orders\.order\.placed@9/],
  ["orders.order.placed", /The lock holds no version orders\.order\.placed\. Name a released one with @N/],
  ["orders", /The lock holds no version orders\./],
])("does not retire %s", async (reference, message) => {
  await using folder = await releasedTree();
  const { code, stderr } = await runInProcess(folder.path, ["release", "--retire", reference]);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});
