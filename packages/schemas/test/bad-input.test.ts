import { spawn, spawnSync } from "node:child_process";
import { chmod, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";
import { folderWith, type Run, runInProcess, runSchemas } from "./run-schemas.ts";
import { orderRecord } from "./tree-fixture.ts";

const v1 = "orders/order.placed/v1.avsc";
const event = "orders.order.placed";
const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));

/** Every command that reads a tree, in a form that changes nothing. */
const commands = [
  ["check"],
  ["lint"],
  ["release", "--dry-run"],
  ["generate", "--check"],
  ["list"],
  ["show", event],
  ["diff", event],
  ["sample", event],
  ["decode", event],
  ["push", "--dry-run", "--registry", "http://127.0.0.1:1"],
];

/** A tree of one version with this content. */
async function treeWith(content: string | Uint8Array) {
  const folder = await folderWith({
    "schemas/schemas.config.json": { generate: { out: "../out", scope: "@acme-events" } },
  });
  await write(folder.path, v1, content);
  return folder;
}

async function write(root: string, path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(join(root, "schemas", path)), { recursive: true });
  await writeFile(join(root, "schemas", path), content);
}

/** The lines of a report that are errors or warnings, without the files' folder. */
function findingsIn({ stdout }: Run): readonly string[] {
  const lines = stdout.split("\n").filter((line) => /: (error|warning) /.test(line));
  return lines.map((line) => line.replace(/^.*\/(v\d+\.avsc)/, "$1"));
}

const sound = JSON.stringify(orderRecord(), null, 2);
const withType = (type: string) =>
  JSON.stringify(orderRecord([{ name: "x", type: "TYPE" }])).replace('"TYPE"', () => type);
const nested = (levels: number, leaf: string) =>
  `${'{"type":"array","items":'.repeat(levels)}"${leaf}"${"}".repeat(levels)}`;
const holding = (...fields: readonly object[]) => JSON.stringify(orderRecord(fields));
const utf16 = Buffer.from(sound, "utf16le");
const utf8WithFault = Buffer.concat([Buffer.from('{\n "doc": "'), Buffer.from([0xc3, 0x28]), Buffer.from('"\n}')]);

/** Each with what `check` finds first. */
const texts: Readonly<Record<string, readonly [content: string | Uint8Array, found: RegExp]>> = {
  "an empty file": ["", /^v1.avsc:1:1: error parse: the text is empty/],
  "a file of nothing but a byte order mark": ["\ufeff", /^v1.avsc:1:1: error parse: the text is empty/],
  "bytes that are no UTF-8": [utf8WithFault, /^v1.avsc:2:10: error parse: the bytes from 11 on are no UTF-8/],
  "UTF-16": [Buffer.concat([Buffer.from([0xff, 0xfe]), utf16]), /^v1.avsc:1:1: error parse: the text is UTF-16/],
  "UTF-16, the other way round": [Buffer.from(utf16).swap16(), /^v1.avsc:1:1: error parse: the text is UTF-16/],
  "a NUL in a string": [
    sound.replace("orderId", "order\0"),
    /^v1.avsc:7:21: error parse: a control character .*U\+0000/,
  ],
  "a NUL after the end": [`${sound}\0`, /^v1.avsc:12:2: error parse: expected the end of the text, found U\+0000/],
  "a repeated key": [
    sound.replace("{", '{ "type": "record",'),
    /^v1.avsc:2:3: error avro: the key "type" is already given/,
  ],
  "10,000 open brackets": ["[".repeat(10_000), /^v1.avsc:1:1001: error avro: nested more than 1000 levels deep/],
  "10,000 nested arrays": [withType(nested(10_000, "int")), /^v1.avsc:1:\d+: error avro: nested more than 1000 levels/],
  "a record that holds itself": [
    holding({ name: "self", type: "OrderPlaced" }),
    /^v1.avsc:1:1: error avro: no value of record orders.order.OrderPlaced can end, .* \[endless-record\]$/,
  ],
  "a union of 60,000 types": [
    holding({ name: "u", type: Array.from({ length: 60_000 }, (_, i) => ({ type: "fixed", name: `F${i}`, size: 1 })) }),
    /^v1.avsc:1:\d+: error avro: a union of 60000 branches; at most 1000 are taken/,
  ],
  "200,000 mistakes": [
    holding(...Array.from({ length: 100_000 }, (_, i) => ({ name: `${i}`, type: "strin" }))),
    /^v1.avsc:1:\d+: error avro: the field name "0" is invalid/,
  ],
};

describe.each(Object.entries(texts))("on %s", (_, [content, found]) => {
  it("check says what is wrong, and where", async () => {
    await using folder = await treeWith(content);
    const run = await runInProcess(folder.path, ["check"]);
    expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 1, stderr: "" });
    expect(findingsIn(run)[0]).toMatch(found);
    expect(findingsIn(run).length).toBeLessThanOrEqual(101);
  });

  it("no command breaks down", async () => {
    await using folder = await treeWith(content);
    for (const command of commands) {
      const { code, stderr } = await runInProcess(folder.path, command);
      // A defect would have thrown, or be told with a stack trace.
      expect([0, 1, 2]).toContain(code);
      expect(stderr).not.toContain("    at ");
    }
  });
});

it.each([
  ["a byte order mark", `\ufeff${sound}`],
  ["line ends of Windows", sound.replaceAll("\n", "\r\n")],
  ["line ends of the first Macs", sound.replaceAll("\n", "\r")],
])("takes %s", async (_, content) => {
  await using folder = await treeWith(content);
  const run = await runInProcess(folder.path, ["check"]);
  expect({ code: run.code, findings: findingsIn(run) }).toEqual({ code: 0, findings: [] });
});

it.each(["\r\n", "\r"])("counts lines that end with %j", async (end) => {
  await using folder = await treeWith(sound.replace('"string"', '"strin"').replaceAll("\n", end));
  expect(findingsIn(await runInProcess(folder.path, ["check"]))[0]).toMatch(/^v1.avsc:8:15: error avro: unknown type/);
});

describe("a sound schema", () => {
  const chain = Array.from({ length: 10_000 }, (_, i) => ({
    name: `g${i}`,
    type: ["null", { type: "record", name: `N${i}`, fields: [{ name: "c", type: i === 0 ? "LEAF" : `N${i - 1}` }] }],
    default: null,
  }));
  const doubling = Array.from({ length: 40 }, (_, i) => ({
    name: `g${i}`,
    type: {
      type: "record",
      name: `N${i}`,
      fields: ["a", "b"].map((name) => ({ name, type: i === 0 ? "int" : `N${i - 1}` })),
    },
  }));
  const wide = Array.from({ length: 60_000 }, (_, i) => ({
    name: `f${i}`,
    type: ["null", "string"],
    default: null,
    doc: "x".repeat(100),
  }));
  /** What the runtimes do not take, and what no program could hold. */
  const refusals: readonly (readonly [schema: string, command: string, message: RegExp])[] = [
    ["2^40", "sample", /orders\.order\.OrderPlaced has no value, or only huge ones/],
    ["900", "sample", /order\.placed\/v1\.avsc cannot be used: .* nested deeper than 500 levels/],
    ["900", "generate", /order\.placed\/v1\.avsc cannot be used: .* nested deeper than 500 levels/],
  ];
  const symbols = Array.from({ length: 300_000 }, (_, i) => `S${i}`);

  it.each([
    ["of 10 MB of fields", holding(...wide)],
    ["of 300,000 symbols", holding({ name: "e", type: { type: "enum", name: "E", symbols } })],
    ["of 10 MB of one doc", JSON.stringify({ ...orderRecord(), doc: "x".repeat(10_000_000) })],
    ["that is recursive", holding({ name: "parent", type: ["null", "OrderPlaced"], default: null })],
    ["of 900 nested arrays", withType(nested(900, "int"))],
    ["whose records nest 10,000 levels by their names", holding(...chain).replace('"LEAF"', '"int"')],
    ["whose every value has 2^40 parts", holding(...doubling)],
  ])(
    "%s is no matter for any command",
    async (name, content) => {
      await using folder = await treeWith(content);
      // The large ones take seconds for each command: these are the three that do the most.
      const isLarge = content.length > 1_000_000;
      const tried = isLarge
        ? commands.filter(([command = ""]) => ["check", "lint", "sample"].includes(command))
        : commands;
      for (const command of tried.filter(([command = ""]) => !["decode", "push"].includes(command))) {
        const { code, stderr } = await runInProcess(folder.path, command);
        const refused = refusals.find(([what, who]) => name.includes(what) && who === command[0]);
        // Nothing was generated yet, and diff finds no version before the first.
        const expected = refused !== undefined || command[0] === "diff" ? 2 : command[0] === "generate" ? 1 : 0;
        expect({ command, code }).toEqual({ command, code: expected });
        if (refused !== undefined) expect(stderr).toMatch(refused[2]);
      }
    },
    60_000,
  );

  it("breaks in 10,000 places, which are told", async () => {
    await using folder = await treeWith(holding(...chain).replace('"LEAF"', '"int"'));
    await write(folder.path, "orders/order.placed/v2.avsc", holding(...chain).replace('"LEAF"', '"string"'));
    const { code, stdout } = await runInProcess(folder.path, ["check"]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/2 versions, mode FULL_TRANSITIVE: 20000 errors/);
  }, 60_000);
});

it("takes aliases that go round in a circle, with a warning", async () => {
  const field = (name: string, alias: string) => ({ name, type: "int", aliases: [alias] });
  await using folder = await treeWith(holding(field("a", "b"), field("b", "a")));
  const run = await runInProcess(folder.path, ["check"]);
  expect(run.code).toBe(0);
  expect(findingsIn(run)).toEqual([
    expect.stringMatching(/the alias "b" of the field "a" also belongs to the field "b" \[ambiguous-alias\]$/),
    expect.stringMatching(/the alias "a" of the field "b" also belongs to the field "a" \[ambiguous-alias\]$/),
  ]);
});

describe("what is no file", () => {
  /** Made in the place of the version, the config or the lock. */
  const makers: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
    "a folder": (path) => mkdir(path, { recursive: true }),
    "a named pipe": async (path) => expect(spawnSync("mkfifo", [path]).status).toBe(0),
  };

  it.each(
    Object.keys(makers).flatMap((kind) =>
      [v1, "schemas.config.json", "schemas.lock.json"].map((path) => [kind, path] as const),
    ),
  )("%s in place of %s is refused at once", async (kind, path) => {
    await using folder = await treeWith(sound);
    await rm(join(folder.path, "schemas", path), { force: true });
    await makers[kind]?.(join(folder.path, "schemas", path));
    for (const command of commands) {
      const { code, stderr } = await runInProcess(folder.path, command);
      expect({ command, code }).toEqual({ command, code: 2 });
      expect(stderr).toBe(
        `error: "schemas/${path}" is a folder, a pipe or a device, and must be a file. Move it out of the schema tree.\n`,
      );
    }
  });

  it.each([
    ["a loop of symbolic links", "orders/loop", ".."],
    ["a symbolic link to itself", "orders/order.placed/v2.avsc", "v2.avsc"],
    ["a symbolic link to nothing", "orders/order.placed/v2.avsc", "nowhere"],
  ])("%s is refused", async (_, path, target) => {
    await using folder = await treeWith(sound);
    await symlink(target, join(folder.path, "schemas", path));
    for (const command of commands) {
      const { code, stderr } = await runInProcess(folder.path, command);
      expect({ command, code }).toEqual({ command, code: 2 });
      expect(stderr).toContain(`"schemas/${path}" is a symbolic link`);
    }
  });
});

it("says which file it may not read", async () => {
  await using folder = await treeWith(sound);
  await chmod(folder.path, 0o755);
  await chmod(join(folder.path, "schemas", v1), 0);
  const run = await runAsNobody(folder.path, ["check"]);
  if (run === null) {
    process.stderr.write(
      "skipped: a file without read permission, as root may read all and this test cannot be another\n",
    );
    return;
  }
  expect(run.code).toBe(2);
  expect(run.stderr).toMatch(
    /^error: Cannot read "schemas\/orders\/order\.placed\/v1\.avsc": EACCES: permission denied/,
  );
});

it.each(["v99999999999999999999", "v1000000000", "v0", "v01"])("takes %s for no version", async (version) => {
  await using folder = await treeWith(sound);
  await write(folder.path, `orders/order.placed/${version}.avsc`, sound);
  const run = await runInProcess(folder.path, ["check"]);
  expect(run.code).toBe(1);
  expect(run.stdout).toContain(`${version}.avsc:1:1: error file-unknown`);
});

it("compares the record of a lone v999999999 with the names that it may have, one by one", async () => {
  await using folder = await folderWith({ "schemas/schemas.config.json": {} });
  await write(folder.path, "orders/order.placed/v999999999.avsc", JSON.stringify(orderRecord([], "Other")));
  const { code, stdout } = await runInProcess(folder.path, ["check"]);
  expect(code).toBe(1);
  expect(stdout).toContain('keep "orders.order.OrderPlaced" for a compatible version, or begin a new generation');
});

it("leaves no stack trace behind when the real program meets the worst", async () => {
  await using folder = await treeWith("[".repeat(10_000_000));
  const { code, stderr } = await runSchemas(folder.path, ["check"]);
  expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
}, 30_000);

/** Null where this process is root and cannot start another user's. */
function runAsNobody(cwd: string, args: readonly string[]): Promise<{ code: number | null; stderr: string } | null> {
  const isRoot = process.getuid?.() === 0;
  return new Promise((resolve) => {
    const user = isRoot ? { uid: 65_534, gid: 65_534 } : {};
    const child = spawn(process.execPath, ["--conditions=@waybill/source", main, ...args], { cwd, ...user });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.once("error", () => resolve(null));
    // A checkout that others may not read cannot be run by them.
    child.once("close", (code) =>
      resolve(/Cannot find module|EACCES.*main\.ts/.test(stderr) ? null : { code, stderr }),
    );
  });
}
