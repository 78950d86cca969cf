import { mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { catalogueOf, richConfig, richFiles } from "./catalogue-fixture.ts";
import { folderWith, runInProcess, runSchemas } from "./run-schemas.ts";
import { orderRecord } from "./tree-fixture.ts";

const inTree = (files: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(files).map(([path, content]) => [`schemas/${path}`, content]));
const files = { "schemas/schemas.config.json": richConfig, ...inTree(richFiles) };
const small = { "schemas/schemas.config.json": {}, "schemas/orders/order.placed/v1.avsc": orderRecord() };

async function listFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted();
}

describe("docs", () => {
  it("writes a site from a real process, the same each time, and compares with it", async () => {
    await using folder = await folderWith(files);
    const first = await runSchemas(folder.path, ["docs", "--out", "public"]);
    expect(first).toMatchObject({
      code: 0,
      stderr: "",
      stdout: expect.stringMatching(/^public: wrote \d+ files: open public\/index\.html\n$/),
    });
    expect((await runInProcess(folder.path, ["docs", "--out", "public"])).stdout).toBe("public is up to date.\n");
    expect(await runInProcess(folder.path, ["docs", "--out", "public", "--check"])).toEqual({
      code: 0,
      stdout: "public is up to date.\n",
      stderr: "",
    });
    expect(await readFile(join(folder.path, "public/index.html"), "utf8")).toContain(
      `${catalogueOf(richFiles).events.length} events of 2 domains`,
    );
  });

  it("removes what it wrote and no longer needs, and nothing else", async () => {
    await using folder = await folderWith({
      ...small,
      "schemas/orders/order.lost/v1.avsc": orderRecord([], "OrderLost"),
    });
    await runInProcess(folder.path, ["docs", "--out", "public"]);
    await writeFile(join(folder.path, "public/events/notes.html"), "mine");
    await rm(join(folder.path, "schemas/orders/order.lost"), { recursive: true });
    const check = await runInProcess(folder.path, ["docs", "--out", "public", "--check"]);
    expect(check.code).toBe(1);
    expect(check.stdout).toContain("public/events/orders.order.lost.html is left over\n");
    expect(check.stdout).toContain("public/index.html is outdated\n");
    expect(check.stderr).toMatch(/^error: \d+ files of the catalogue differ from the schemas\./);
    const { stdout } = await runInProcess(folder.path, ["docs", "--out", "public"]);
    expect(stdout).toMatch(/^public: wrote \d+ files, removed 3 files/);
    const left = await listFiles(join(folder.path, "public"));
    expect(left).toContain("events/notes.html");
    expect(left.filter((path) => path.includes("order.lost"))).toEqual([]);
  });

  it.each([
    [
      "a folder with someone else's files",
      { "public/report.html": "mine" },
      `"public" holds files that "schemas docs" did not write, such as "report.html".`,
    ],
    ["a file in the place of the folder", { public: "mine" }, `"public" is a file.`],
    [
      "a list of files that leads out of the folder",
      { "public/schemas-docs.json": { format: "html", files: ["../schemas/schemas.config.json"] } },
      "is no list of files",
    ],
    ["a list that is no JSON", { "public/schemas-docs.json": "{" }, "is no list of files"],
    [
      "another form",
      { "public/schemas-docs.json": { format: "mermaid", files: [] } },
      `"public" holds the form mermaid, not html.`,
    ],
  ])("refuses %s", async (_, more, message) => {
    await using folder = await folderWith({ ...small, ...more });
    const before = await listFiles(folder.path);
    const { code, stdout, stderr } = await runInProcess(folder.path, ["docs", "--out", "public"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(await listFiles(folder.path)).toEqual(before);
  });

  it("writes beside hidden files, and never through a link", async () => {
    await using folder = await folderWith({ ...small, "public/.nojekyll": "", "outside.txt": "mine" });
    expect((await runInProcess(folder.path, ["docs", "--out", "public"])).code).toBe(0);
    await rm(join(folder.path, "public/index.html"));
    await symlink(join(folder.path, "outside.txt"), join(folder.path, "public/index.html"));
    const { code, stderr } = await runInProcess(folder.path, ["docs", "--out", "public"]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining(`"public/index.html" is no regular file.`),
    });
    expect(await readFile(join(folder.path, "outside.txt"), "utf8")).toBe("mine");
  });

  it("adds to a project of EventCatalog, and refuses to replace a page of it", async () => {
    await using folder = await folderWith({ ...small, "catalog/eventcatalog.config.js": "export default {};" });
    const args = ["docs", "--format", "eventcatalog", "--out", "catalog"];
    expect((await runInProcess(folder.path, args)).code).toBe(0);
    expect(await listFiles(join(folder.path, "catalog"))).toContain(
      "domains/orders/events/orders.order.placed/schema.avsc",
    );
    await mkdir(join(folder.path, "catalog/domains/users"), { recursive: true });
    await writeFile(join(folder.path, "catalog/domains/users/index.mdx"), "mine");
    await mkdir(join(folder.path, "schemas/users/user.joined"), { recursive: true });
    const record = {
      type: "record",
      name: "UserJoined",
      namespace: "users.user",
      fields: [{ name: "id", type: "string", "waybill.key": true }],
    };
    await writeFile(join(folder.path, "schemas/users/user.joined/v1.avsc"), JSON.stringify(record));
    const { code, stderr } = await runInProcess(folder.path, args);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining(`"catalog/domains/users/index.mdx" is there already`),
    });
    expect(await readFile(join(folder.path, "catalog/domains/users/index.mdx"), "utf8")).toBe("mine");
  });

  it("prints AsyncAPI and Mermaid, and writes them as files", async () => {
    await using folder = await folderWith(files);
    const whole = await runInProcess(folder.path, ["docs", "--format", "asyncapi"]);
    expect(JSON.parse(whole.stdout)).toMatchObject({ asyncapi: "3.0.0" });
    const one = await runInProcess(folder.path, ["docs", "--format", "asyncapi", "--yaml", "--service", "email"]);
    expect(one.stdout).toMatch(/^asyncapi: "3\.0\.0"\ninfo:\n {2}title: email\n/);
    expect((await runInProcess(folder.path, ["docs", "--format", "mermaid"])).stdout).toContain(
      "```mermaid\nflowchart LR\n",
    );
    await runInProcess(folder.path, ["docs", "--format", "asyncapi", "--out", "api"]);
    expect(await listFiles(join(folder.path, "api"))).toEqual([
      "asyncapi.json",
      "schemas-docs.json",
      "services/audit.json",
      "services/email.json",
    ]);
    await runInProcess(folder.path, ["docs", "--format", "mermaid", "--out", "drawings"]);
    expect(await listFiles(join(folder.path, "drawings"))).toEqual(
      expect.arrayContaining(["README.md", "flow.mmd", "orders.mmd", "orders.order.placed.mmd"]),
    );
  });

  it.each([
    [["docs"], "The form html is a folder of files. Name it with --out"],
    [["docs", "--out", "x", "--yaml"], "--yaml is for --format asyncapi."],
    [["docs", "--out", "x", "--service", "email"], "--service is for --format asyncapi."],
    [["docs", "--format", "mermaid", "--check"], "--check compares with a folder."],
    [["docs", "--format", "asyncapi", "--out", "x", "--service", "email"], "Give one of the two."],
    [["docs", "--format", "asyncapi", "--service", "mail"], `no contract of a service "mail"; it has audit, email.`],
    [["docs", "--out", "schemas/public"], `"schemas/public" is in the schema tree`],
    [["docs", "--out", "schemas"], `"schemas" is in the schema tree`],
    [["docs", "--out", "x", "--title", " "], "Give the catalogue a name."],
    [["docs", "--format", "pdf"], "Allowed choices are html, asyncapi, mermaid, eventcatalog."],
  ])("refuses %j", async (args, message) => {
    await using folder = await folderWith(files);
    const { code, stdout, stderr } = await runInProcess(folder.path, args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
  });

  it("writes nothing of a tree with errors", async () => {
    await using folder = await folderWith({ ...small, "schemas/orders/order.placed/v3.avsc": orderRecord() });
    const { code, stdout, stderr } = await runInProcess(folder.path, ["docs", "--out", "public"]);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: "error: No catalogue was written. Correct the errors above first.\n",
    });
    expect(stdout).toContain("error version-gap");
    await expect(readdir(join(folder.path, "public"))).rejects.toMatchObject({ code: "ENOENT" });
  });
});
