import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "@jest/globals";
import { type RunningRegistry, startRegistry } from "@waybill/registry";
import { runCli } from "../src/cli.ts";
import type { CliContext } from "../src/cli-context.ts";
import { folderWith, runSchemas } from "./run-schemas.ts";
import { orderRecord } from "./tree-fixture.ts";

const note = { name: "note", type: ["null", "string"], default: null };
const tree = {
  "schemas/schemas.config.json": {},
  "schemas/orders/order.placed/v1.avsc": orderRecord(),
  "schemas/orders/order.placed/v2.avsc": orderRecord([note]),
  "schemas/orders/order.placed/v3.avsc": orderRecord([{ name: "total", type: "long" }], "OrderPlacedV3"),
};
const subject = "orders.order-orders.order.OrderPlaced";

let registry: RunningRegistry | undefined;

async function freshRegistry(): Promise<RunningRegistry> {
  await registry?.stop();
  registry = await startRegistry({ port: 0, store: { kind: "memory" } });
  return registry;
}

beforeEach(async () => {
  await freshRegistry();
});

afterAll(async () => {
  await registry?.stop();
});

function url(): string {
  if (registry === undefined) throw new Error("no registry is running");
  return registry.url;
}

async function get(path: string): Promise<unknown> {
  return (await fetch(`${url()}${path}`)).json();
}

describe("the command line against a registry", () => {
  it("shows the plan, registers in order, and has nothing to do the second time", async () => {
    await using folder = await folderWith(tree);
    await runSchemas(folder.path, ["release"]);
    const plan = `Registry ${url()}

${subject}
  mode    FULL_TRANSITIVE, to be set as the subject is new
  v1      new
  v2      new
${subject}V3
  mode    FULL_TRANSITIVE, to be set as the subject is new
  v3      new

3 schemas to register, 0 unchanged.
`;
    expect(await runSchemas(folder.path, ["push", "--registry", url(), "--dry-run"])).toEqual({
      code: 0,
      stdout: plan,
      stderr: "",
    });
    expect(await get("/subjects")).toEqual([]);

    const push = await runSchemas(folder.path, ["push"], { SCHEMA_REGISTRY_URL: url() });
    expect(push.stderr).toBe("");
    expect(push.stdout).toBe(`${plan}Registered orders.order.placed v1 as id 1
Registered orders.order.placed v2 as id 2
Registered orders.order.placed v3 as id 3
`);
    expect(await get("/subjects")).toEqual([subject, `${subject}V3`]);
    expect(await get(`/subjects/${subject}/versions`)).toEqual([1, 2]);
    expect(await get(`/config/${subject}`)).toEqual({ compatibilityLevel: "FULL_TRANSITIVE" });

    const again = await runSchemas(folder.path, ["push", "--registry", url()]);
    expect(again).toEqual({
      code: 0,
      stderr: "",
      stdout: `Registry ${url()}

${subject}
  v1      unchanged, id 1
  v2      unchanged, id 2
${subject}V3
  v3      unchanged, id 3

0 schemas to register, 3 unchanged.
`,
    });
  });

  it("registers nothing when the registry would refuse one version, and gives its reason", async () => {
    await using folder = await folderWith(tree);
    const foreign = JSON.stringify(orderRecord([{ name: "note", type: "int", default: 0 }]));
    await fetch(`${url()}/subjects/${subject}/versions`, {
      method: "POST",
      headers: { "content-type": "application/vnd.schemaregistry.v1+json" },
      body: JSON.stringify({ schema: foreign }),
    });
    const { code, stdout, stderr } = await runSchemas(folder.path, [
      "push",
      "--registry",
      url(),
      "--include-unreleased",
    ]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^ {2}v2 {6}incompatible with what the registry holds:\n {12}\S/m);
    expect(stderr).toMatch(/^error: Nothing was registered: /);
    expect(await get("/subjects")).toEqual([subject]);
  });

  it("checks the tree before it asks the registry anything", async () => {
    await using folder = await folderWith(tree);
    await writeFile(join(folder.path, "schemas/orders/order.placed/v2.avsc"), "{");
    const { code, stdout, stderr } = await runSchemas(folder.path, ["push", "--registry", "http://127.0.0.1:1"]);
    expect(code).toBe(1);
    expect(stdout).toContain("error parse: ");
    expect(stderr).toBe("error: Nothing was pushed. Correct the errors above first.\n");
  });
});

describe("on a terminal", () => {
  async function pushAnswering(answer: boolean, more: { env?: Record<string, string>; args?: readonly string[] } = {}) {
    await using folder = await folderWith(tree);
    const questions: string[] = [];
    let output = "";
    const context: CliContext = {
      cwd: folder.path,
      env: more.env ?? {},
      isInteractive: true,
      print: (text) => (output += text),
      printError: (text) => (output += text),
      readInput: () => Promise.reject(new Error("read without being asked to")),
      confirm: async (question) => {
        questions.push(question);
        return answer;
      },
    };
    const code = await runCli(["push", "--registry", url(), "--include-unreleased", ...(more.args ?? [])], context);
    return { code, questions, output, subjects: await get("/subjects") };
  }

  it("asks once, and takes no for an answer", async () => {
    const { code, questions, output, subjects } = await pushAnswering(false);
    expect({ code, questions, subjects }).toEqual({
      code: 0,
      questions: [`Register 3 schemas at ${url()}?`],
      subjects: [],
    });
    expect(output).toMatch(/Nothing was registered\.\n$/);
  });

  it("writes after a yes", async () => {
    const { code, subjects } = await pushAnswering(true);
    expect({ code, subjects }).toEqual({ code: 0, subjects: [subject, `${subject}V3`] });
  });

  it.each([
    ["--yes", { args: ["--yes"] }],
    ["CI", { env: { CI: "true" } }],
  ])("does not ask with %s", async (_what, more) => {
    const { questions, subjects } = await pushAnswering(false, more);
    expect({ questions, subjects }).toEqual({ questions: [], subjects: [subject, `${subject}V3`] });
  });
});
