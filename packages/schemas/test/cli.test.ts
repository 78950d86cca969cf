import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { folderWith, main, runInProcess, runSchemas } from "./run-schemas.ts";
import { orderRecord } from "./tree-fixture.ts";

const config = "schemas/schemas.config.json";
const v1 = "schemas/orders/order.placed/v1.avsc";
const v2 = "schemas/orders/order.placed/v2.avsc";
const broken = { [config]: {}, [v1]: orderRecord(), [v2]: orderRecord([{ name: "total", type: "long" }]) };

const commands = [
  "init",
  "check",
  "explain",
  "lint",
  "release",
  "generate",
  "push",
  "list",
  "show",
  "new",
  "diff",
  "consumers",
  "sample",
  "decode",
  "pull",
];

describe("help and usage", () => {
  it("explains itself", async () => {
    const { code, stdout, stderr } = await runSchemas("/", ["--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const command of commands) expect(stdout).toMatch(new RegExp(`^  ${command} `, "m"));
    expect(stdout).toContain("Exit codes: 0 ok, 1 findings, 2 bad usage or input");
  });

  it.each(commands)("shows examples of %s", async (command) => {
    const { code, stdout } = await runInProcess("/", [command, "--help"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`Examples:\n  \\$ schemas ${command}`));
  });

  it.each([
    [["chek"], "error: unknown command 'chek'"],
    [["check", "--format", "xml"], "Allowed choices are text, json, junit, github, gitlab, sarif, markdown."],
    [["check", "--against", "git:"], "error: That is no baseline."],
    [["explain", "incompatibel"], 'error: There is no rule "incompatibel". The rules are parse, avro, '],
    [["check", "a", "b"], "error: too many arguments for 'check'"],
    [["init", "--scope", "acme"], "An npm scope looks like @acme-events."],
    [["init", "--event", "order.placed"], "An event is domain.entity.action in lower case"],
    [["push", "--forse"], "error: unknown option '--forse'"],
  ])("refuses %j with exit code 2", async (args, message) => {
    const { code, stdout, stderr } = await runInProcess("/", args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
  });

  it("points to the help of the command that was misused", async () => {
    const { stderr } = await runInProcess("/", ["new"]);
    expect(stderr).toBe(
      "error: missing required argument 'event'\nRun \"schemas new --help\" for its arguments, options and examples.\n",
    );
  });

  it("tells its version", async () => {
    const { version } = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8"));
    expect(await runInProcess("/", ["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });

  const itOnLinux = existsSync("/dev/full") ? it : it.skip;
  itOnLinux("takes a full disk for no finding", async () => {
    const full = openSync("/dev/full", "w");
    try {
      const { status, stderr } = spawnSync(process.execPath, ["--conditions=@waybill/source", main, "--help"], {
        stdio: ["ignore", full, "pipe"],
        encoding: "utf8",
      });
      expect({ status, stderr }).toEqual({
        status: 2,
        stderr: "error: The output could not be written: ENOSPC: no space left on device, write.\n",
      });
    } finally {
      closeSync(full);
    }
  });

  it("ends the process with the exit code", async () => {
    const { code, stdout, stderr } = await runSchemas("/", []);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^Usage: schemas /);
  });
});

describe("init", () => {
  it("makes a tree that passes check, and overwrites nothing", async () => {
    await using folder = await folderWith({});
    const init = await runSchemas(folder.path, ["init", "--scope", "@acme", "--out", "../generated"]);
    expect(init).toEqual({
      code: 0,
      stderr: "",
      stdout: `Wrote schemas/schemas.config.json
Wrote schemas/orders/order.placed/v1.avsc
Next: schemas check, then schemas release and schemas generate
`,
    });
    expect(JSON.parse(await readFile(join(folder.path, config), "utf8"))).toEqual({
      mode: "FULL_TRANSITIVE",
      generate: { out: "../generated", scope: "@acme" },
    });
    expect((await runSchemas(folder.path, ["check"])).code).toBe(0);

    await writeFile(join(folder.path, v1), "mine");
    const again = await runSchemas(folder.path, ["init"]);
    expect(again).toEqual({
      code: 2,
      stdout: "",
      stderr:
        'error: "schemas/schemas.config.json" exists already, and nothing was written. Name another folder, or go on with the tree that is there.\n',
    });
    expect(await readFile(join(folder.path, v1), "utf8")).toBe("mine");
  });

  it("names the first event as it is told to", async () => {
    await using folder = await folderWith({});
    const { stdout } = await runSchemas(folder.path, ["init", ".", "--event", "depot.order_item.handed_over"]);
    expect(stdout).toContain("Wrote depot/order_item.handed_over/v1.avsc\n");
    const text = await readFile(join(folder.path, "depot/order_item.handed_over/v1.avsc"), "utf8");
    expect(JSON.parse(text)).toMatchObject({
      name: "OrderItemHandedOver",
      namespace: "depot.order_item",
      fields: [{ name: "orderItemId" }, { name: "handedOverAt" }],
    });
    expect((await runSchemas(folder.path, ["check"])).code).toBe(0);
  });

  it("says why it cannot write", async () => {
    await using folder = await folderWith({ schemas: "a file" });
    const { code, stderr } = await runSchemas(folder.path, ["init"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: Cannot write "schemas\/schemas\.config\.json": .*\n$/);
  });
});

describe("check", () => {
  it("prints findings as a compiler does, with exit code 1", async () => {
    await using folder = await folderWith(broken);
    expect(await runSchemas(folder.path, ["check"])).toEqual({
      code: 1,
      stderr: "",
      stdout: `schemas/orders/order.placed/v1.avsc:1:1: note unreleased: v1 of orders.order.placed is not released: it may still change
schemas/orders/order.placed/v2.avsc:1:1: note unreleased: v2 of orders.order.placed is not released: it may still change
schemas/orders/order.placed/v2.avsc:11:5: error incompatible: v2 cannot read what v1 wrote: at total, the reader's field "total" has no default and the writer's record orders.order.OrderPlaced lacks it
    schemas/orders/order.placed/v1.avsc:1:1: the other side, in v1
    help: add a default; or begin a new generation: name the record "orders.order.OrderPlacedV2", which gets its own registry subject, and consumers add an upcaster
1 event, 2 versions, mode FULL_TRANSITIVE: 1 error, 2 notes
More about this rule: schemas explain incompatible
`,
    });
  });

  it("prints the same as JSON", async () => {
    await using folder = await folderWith(broken);
    const { code, stdout } = await runSchemas(join(folder.path, "schemas"), ["check", "--format", "json"]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      mode: "FULL_TRANSITIVE",
      summary: { events: 1, versions: 2, errors: 1, warnings: 0, notes: 2 },
      findings: [
        { rule: "unreleased", severity: "note" },
        { rule: "unreleased", severity: "note" },
        {
          file: "orders/order.placed/v2.avsc",
          line: 11,
          column: 5,
          rule: "incompatible",
          severity: "error",
          related: { file: "orders/order.placed/v1.avsc", line: 1, column: 1 },
        },
      ],
    });
  });

  it("lets a waived break pass, in every command, and says by whom", async () => {
    const waiver = { rule: "incompatible", event: "orders.order.placed", version: 2, field: "total" };
    const signed = { ...waiver, reason: "Nobody reads it yet.", owner: "team-orders", expires: "2999-12-31" };
    await using folder = await folderWith({ ...broken, [config]: { waivers: [signed] } });
    const { code, stdout } = await runSchemas(folder.path, ["check"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/v2\.avsc:11:5: note incompatible: v2 cannot read what v1 wrote: at total/);
    expect(stdout).toMatch(/^ {4}waived until 2999-12-31 by team-orders: Nobody reads it yet\.$/m);
    expect((await runSchemas(folder.path, ["release"])).code).toBe(0);

    await writeFile(join(folder.path, config), JSON.stringify({ waivers: [{ ...signed, expires: "2020-01-01" }] }));
    const expired = await runSchemas(folder.path, ["check"]);
    expect(expired.code).toBe(1);
    expect(expired.stdout).toContain("error waiver-expired: ");
    expect(expired.stdout).toMatch(/More about these rules: schemas explain incompatible waiver-expired\n$/);
  });

  it("writes paths for GitHub from the root of the repository", async () => {
    await using folder = await folderWith(broken);
    const env = { GITHUB_WORKSPACE: folder.path };
    const { code, stdout } = await runSchemas(join(folder.path, "schemas"), ["check", "--format", "github"], env);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^::error file=schemas\/orders\/order\.placed\/v2\.avsc,line=11,col=5,/m);
  });

  it.each([
    [["check"], 'Neither "FOLDER" nor its folder "schemas" holds schemas.config.json.'],
    [["check", "nowhere"], 'The folder "nowhere" does not exist.'],
    [["check", "file.txt"], '"file.txt" is a file. Name the folder that holds schemas.config.json.'],
    [["check", "bare"], 'The folder "bare" is no schema tree: it holds no schemas.config.json.'],
    [["check", "config"], 'config/schemas.config.json:2:3: expected "," or "}", found """'],
    [["check", "lock"], "lock/schemas.lock.json:1:1: the text is empty"],
    [["check", "utf8"], "utf8/schemas.config.json:1:4: "],
  ])("%j is an input error: one message, exit code 2, no stack", async (args, message) => {
    await using folder = await folderWith({
      "file.txt": "",
      "bare/readme.md": "",
      "config/schemas.config.json": '{ "mode": "FULL"\n  "events": {} }',
      "lock/schemas.config.json": {},
      "lock/schemas.lock.json": "",
      "utf8/schemas.config.json": "",
    });
    await writeFile(join(folder.path, "utf8/schemas.config.json"), Buffer.from([0x7b, 0x20, 0x22, 0xff, 0x22, 0x7d]));
    const { code, stdout, stderr } = await runInProcess(folder.path, args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^error: /);
    expect(stderr).toContain(message.replace("FOLDER", folder.path));
    expect(stderr).not.toMatch(/^ {4}at /m);
  });

  it("follows no symbolic link, so that a loop of them cannot trap it", async () => {
    await using folder = await folderWith({ [config]: {}, [v1]: orderRecord() });
    await symlink("..", join(folder.path, "schemas/orders/loop"));
    const { code, stderr } = await runSchemas(folder.path, ["check"]);
    expect(code).toBe(2);
    expect(stderr).toBe(
      'error: "schemas/orders/loop" is a symbolic link, and a schema tree must hold its files itself. Replace it with the file.\n',
    );
  });
});

describe("explain", () => {
  it("prints the page of a rule, or the list", async () => {
    const { code, stdout } = await runInProcess("/", ["explain", "incompatible", "unreleased"]);
    expect(code).toBe(0);
    expect(stdout).toBe(
      `${await readFile(new URL("../docs/rules/incompatible.md", import.meta.url), "utf8")}
${await readFile(new URL("../docs/rules/unreleased.md", import.meta.url), "utf8")}`,
    );
    expect((await runInProcess("/", ["explain"])).stdout).toMatch(/^parse\navro\n/);
  });
});

describe("release", () => {
  it("locks what is unreleased, after which edits and removals are found", async () => {
    await using folder = await folderWith({ [config]: {}, [v1]: orderRecord() });
    const lock = join(folder.path, "schemas/schemas.lock.json");

    const dryRun = await runSchemas(folder.path, ["release", "--dry-run"]);
    expect(dryRun).toEqual({ code: 0, stderr: "", stdout: "Would release orders.order.placed v1\n" });
    await expect(stat(lock)).rejects.toThrow("ENOENT");

    const release = await runSchemas(folder.path, ["release"]);
    expect(release.stdout).toBe(
      "Released orders.order.placed v1\nCommit schemas/schemas.lock.json with the schemas.\n",
    );
    const written = await readFile(lock, "utf8");
    expect((await runSchemas(folder.path, ["release"])).stdout).toBe("Every version is released already.\n");
    expect(await readFile(lock, "utf8")).toBe(written);

    await writeFile(join(folder.path, v1), JSON.stringify({ ...orderRecord(), doc: "Edited." }));
    const check = await runSchemas(folder.path, ["check"]);
    expect(check.code).toBe(1);
    expect(check.stdout).toMatch(/^schemas\/orders\/order\.placed\/v1\.avsc:1:1: error released-edited: /);
    expect(check.stdout).toMatch(/^ {4}schemas\/schemas\.lock\.json:5:13: released with SHA-256 /m);
  });

  it("releases nothing while anything is wrong", async () => {
    await using folder = await folderWith(broken);
    const { code, stdout, stderr } = await runSchemas(folder.path, ["release"]);
    expect(code).toBe(1);
    expect(stdout).toContain("error incompatible");
    expect(stderr).toBe("error: Nothing was released. Correct the errors above first.\n");
    await expect(stat(join(folder.path, "schemas/schemas.lock.json"))).rejects.toThrow("ENOENT");
  });
});

describe("generate", () => {
  const tree = { [config]: { generate: { out: "../events", scope: "@acme-events" } }, [v1]: orderRecord() };

  it("writes the packages; --check then holds them to the schemas", async () => {
    await using folder = await folderWith(tree);
    const missing = await runSchemas(folder.path, ["generate", "--check"]);
    expect(missing.code).toBe(1);
    expect(missing.stdout).toContain("events/orders/src/order.placed.ts is missing\n");
    expect(missing.stderr).toMatch(/^error: \d+ generated files differ from the schemas\. Run "schemas generate"/);

    const generate = await runSchemas(folder.path, ["generate"]);
    expect({ code: generate.code, stderr: generate.stderr }).toEqual({ code: 0, stderr: "" });
    expect(generate.stdout).toContain("Wrote events/orders/src/order.placed.ts\n");
    const manifest = JSON.parse(await readFile(join(folder.path, "events/orders/package.json"), "utf8"));
    expect(manifest.name).toBe("@acme-events/orders");

    expect(await runSchemas(folder.path, ["generate", "--check"])).toEqual({
      code: 0,
      stdout: "events is up to date.\n",
      stderr: "",
    });
    await writeFile(join(folder.path, "events/orders/src/order.placed.ts"), "edited");
    const outdated = await runSchemas(folder.path, ["generate", "--check"]);
    expect({ code: outdated.code, stdout: outdated.stdout }).toEqual({
      code: 1,
      stdout: "events/orders/src/order.placed.ts is outdated\n",
    });
  });

  it("brands the ids that the config names, and refuses names of no field", async () => {
    const generate = { out: "../events", scope: "@acme-events", brandedIds: { OrderId: ["orderId"] } };
    await using folder = await folderWith({ ...tree, [config]: { generate } });
    expect((await runSchemas(folder.path, ["generate"])).code).toBe(0);
    const module = await readFile(join(folder.path, "events/orders/src/order.placed.ts"), "utf8");
    expect(module).toContain("readonly orderId: OrderId;");
    await writeFile(
      join(folder.path, config),
      JSON.stringify({ generate: { ...generate, brandedIds: { OrderId: ["ordrId"] } } }),
    );
    const { code, stderr } = await runSchemas(folder.path, ["generate"]);
    expect(code).toBe(2);
    expect(stderr).toContain('"brandedIds" names "ordrId" for OrderId');
    await writeFile(join(folder.path, config), JSON.stringify(tree[config]));
    expect((await runSchemas(folder.path, ["generate"])).stdout).toContain("Removed events/orders/src/ids.ts\n");
  });

  it("generates nothing from a tree with errors, or without a place to write to", async () => {
    await using folder = await folderWith({ ...broken, [config]: tree[config] });
    const { code, stderr } = await runSchemas(folder.path, ["generate"]);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: "error: Nothing was generated. Correct the errors above first.\n",
    });
    await expect(stat(join(folder.path, "events"))).rejects.toThrow("ENOENT");

    await using bare = await folderWith({ [config]: {}, [v1]: orderRecord() });
    const unset = await runSchemas(bare.path, ["generate"]);
    expect(unset.code).toBe(2);
    expect(unset.stderr).toMatch(/^error: schemas\/schemas\.config\.json does not say where to generate to\./);
  });
});

describe("push", () => {
  const tree = { [config]: {}, [v1]: orderRecord() };

  it.each([
    [["push"], "No registry is named."],
    [["push", "--registry", "localhost:8081"], "The registry URL is not an http or https address."],
    [
      ["push", "--registry", "http://me:secret@localhost:1/", "--include-unreleased"],
      "The registry at http://localhost:1 could not be reached: ",
    ],
  ])("%j is an input error: exit code 2, no stack, no password", async (args, message) => {
    await using folder = await folderWith(tree);
    const { code, stdout, stderr } = await runSchemas(folder.path, args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain("secret");
    expect(stderr).not.toMatch(/^ {4}at /m);
  });

  it("keeps back what may still change", async () => {
    await using folder = await folderWith(tree);
    const { code, stderr } = await runSchemas(folder.path, ["push"], { SCHEMA_REGISTRY_URL: "http://localhost:1" });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^error: Nothing was pushed: 1 version may still change \(orders\.order\.placed v1\)\. Lock them/,
    );
  });
});

describe("lint", () => {
  const nullable = { name: "note", type: ["null", "string"], doc: "Null for none." };
  const record = { ...orderRecord([nullable]), doc: "A customer placed an order." };
  const linted = { [config]: { lint: { rules: { "doc-required": "off" } } }, [v1]: record };

  it("warns with exit code 0, or 1 where warnings are denied", async () => {
    await using folder = await folderWith(linted);
    const stdout = `schemas/orders/order.placed/v1.avsc:11:5: warning nullable-default: the nullable field "note" has no default
    help: list "null" first and add "default": null, so that versions with and without the field can read each other (schemas lint --fix does)
1 event, 1 version, mode FULL_TRANSITIVE: 1 warning
`;
    expect(await runSchemas(folder.path, ["lint"])).toEqual({ code: 0, stdout, stderr: "" });
    expect(await runInProcess(folder.path, ["lint", "--deny-warnings"])).toEqual({ code: 1, stdout, stderr: "" });
  });

  it("fails on errors, as data too", async () => {
    await using folder = await folderWith({ ...linted, [config]: { lint: { preset: "strict" } } });
    const { code, stdout } = await runInProcess(folder.path, ["lint", "--format", "json"]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      summary: { events: 1, versions: 1, errors: 2, warnings: 0, notes: 0 },
      findings: [
        { file: v1, rule: "doc-required", severity: "error" },
        { file: v1, rule: "nullable-default", severity: "error" },
      ],
    });
  });

  it("mends unreleased files, and then has nothing left to mend", async () => {
    await using folder = await folderWith(linted);
    const path = join(folder.path, v1);
    expect(await runInProcess(folder.path, ["lint", "--fix"])).toEqual({
      code: 0,
      stderr: "",
      stdout: `Mended 1 problem in ${v1}\n1 event, 1 version, mode FULL_TRANSITIVE: nothing to report\n`,
    });
    const mended = await readFile(path, "utf8");
    expect(JSON.parse(mended).fields[1]).toEqual({ ...nullable, default: null });
    expect((await runInProcess(folder.path, ["lint", "--fix"])).stdout).not.toContain("Mended");
    expect(await readFile(path, "utf8")).toBe(mended);
    expect((await runInProcess(folder.path, ["check"])).code).toBe(0);
  });

  it("has nothing against what init writes", async () => {
    await using folder = await folderWith({});
    await runInProcess(folder.path, ["init"]);
    expect((await runInProcess(folder.path, ["lint", "--deny-warnings"])).code).toBe(0);
  });

  it("leaves a released file as it is", async () => {
    await using folder = await folderWith(linted);
    await runInProcess(folder.path, ["release"]);
    const before = await readFile(join(folder.path, v1), "utf8");
    const { code, stdout } = await runInProcess(folder.path, ["lint", "--fix"]);
    expect(code).toBe(0);
    expect(stdout).toContain("(in the next version: this one is released)");
    expect(await readFile(join(folder.path, v1), "utf8")).toBe(before);
  });
});

it("explains a rule of lint, with how to silence it", async () => {
  const { code, stdout } = await runInProcess("/", ["explain", "money-float"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^# money-float\n\nA rule of `schemas lint`\. Level: error in the preset `recommended`/);
  expect(stdout).toContain('{ "waybill.lint": { "money-float": "why it is right here" } }');
});
