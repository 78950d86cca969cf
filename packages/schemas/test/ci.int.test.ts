import { execFile } from "node:child_process";
import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { parse } from "yaml";
import { readAction, runAction, runBash } from "./composite-action.ts";
import { folderWith, runInProcess } from "./run-schemas.ts";
import { documentedEvent, orderRecord } from "./tree-fixture.ts";

const root = new URL("../../../", import.meta.url);
const action = await readAction(new URL("action.yml", root));
const page = await readFile(new URL("docs/ci.md", root), "utf8");
const v1 = "schemas/orders/order.placed/v1.avsc";
const v2 = "schemas/orders/order.placed/v2.avsc";
const total = { name: "total", type: "long" };
const note = { name: "note", type: ["null", "string"], default: null };
const pullRequest = { GITHUB_BASE_REF: "main" };

let folder: Awaited<ReturnType<typeof folderWith>>;

/** A clone with a released event on main, and a branch that HEAD is on; the command is installed in it. */
beforeEach(async () => {
  folder = await folderWith({
    ".gitignore": "node_modules\n.runner\n",
    "package.json": { name: "shop", private: true },
    "schemas/schemas.config.json": {},
    [v1]: orderRecord(),
  });
  await runInProcess(folder.path, ["release"]);
  await writeExecutable("node_modules/.bin/schemas", schemasScript);
  await git("init", "--quiet", "--initial-branch=main");
  await commit();
  await git("update-ref", "refs/remotes/origin/main", "HEAD");
  await git("checkout", "--quiet", "-b", "change");
});
afterEach(async () => {
  await folder[Symbol.asyncDispose]();
});

const schemasScript = `#!/bin/sh
exec "${process.execPath}" --conditions=@waybill/source "${fileURLToPath(new URL("../src/main.ts", import.meta.url))}" "$@"
`;

const run = promisify(execFile);
async function git(...args: readonly string[]): Promise<string> {
  const identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
  return (await run("git", [...identity, ...args], { cwd: folder.path })).stdout.trim();
}

async function commit(): Promise<void> {
  await git("add", ".");
  await git("commit", "--quiet", "--no-verify", "--message=change");
}

async function write(path: string, content: unknown): Promise<void> {
  await mkdir(dirname(join(folder.path, path)), { recursive: true });
  await writeFile(join(folder.path, path), typeof content === "string" ? content : JSON.stringify(content));
}

async function writeExecutable(path: string, script: string): Promise<void> {
  await write(path, script);
  await chmod(join(folder.path, path), 0o755);
}

/** The code blocks of a language on the page, in order, of the section with the heading. */
function blocks(heading: string, language: string): readonly string[] {
  const [, section = ""] = page.split(`\n## ${heading}\n`);
  const [own = ""] = section.split("\n## ");
  return [...own.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "gms"))].map(([, code = ""]) => code);
}

describe("the GitHub Action", () => {
  it("annotates a breaking change, and reports it in the summary", async () => {
    await write(v2, orderRecord([total]));
    await commit();
    const { code, stdout, stderr, summary, outputs, uses } = await runAction(action, folder.path, {}, pullRequest);
    expect({ code, stderr, outputs, uses }).toEqual({
      code: 1,
      stderr: "",
      outputs: { "exit-code": "1", "sarif-file": "" },
      uses: [],
    });
    expect(stdout).toMatch(
      /^::error file=schemas\/orders\/order\.placed\/v2\.avsc,line=1,col=\d+,title=.*incompatible::/m,
    );
    expect(stdout).toContain("against 1 released version of merge-base:origin/main");
    expect(summary).toMatch(/^### schemas check: 1 error/);
    expect(summary).toContain("| `incompatible` |");
  });

  it("compares a pull request with its target, which an edited lock cannot hide", async () => {
    await write(v1, orderRecord([note]));
    await rm(join(folder.path, "schemas/schemas.lock.json"));
    await runInProcess(folder.path, ["release"]);
    await commit();
    expect((await runAction(action, folder.path)).code).toBe(0);
    const { code, stdout } = await runAction(action, folder.path, {}, pullRequest);
    expect(code).toBe(1);
    expect(stdout).toContain("schemas%3A released-edited::");
  });

  it("compares a merge queue's commit with the one that it builds on", async () => {
    await write(v1, orderRecord([note]));
    await rm(join(folder.path, "schemas/schemas.lock.json"));
    await runInProcess(folder.path, ["release"]);
    await commit();
    const base = await git("rev-parse", "origin/main");
    const { code, stdout } = await runAction(action, folder.path, {}, {}, { "merge_group.base_sha": base });
    expect(code).toBe(1);
    expect(stdout).toContain(`against 1 released version of git:${base}`);
  });

  it("passes a sound change, and uploads what code scanning is to show", async () => {
    await write(v2, orderRecord([note]));
    await commit();
    const { code, outputs, uses } = await runAction(action, folder.path, { "upload-sarif": "true" }, pullRequest);
    expect({ code, exitCode: outputs["exit-code"] }).toEqual({ code: 0, exitCode: "0" });
    const file = outputs["sarif-file"] ?? "";
    expect(uses).toEqual([
      {
        uses: "github/codeql-action/upload-sarif@8aad20d150bbac5944a9f9d289da16a4b0d87c1e",
        with: { sarif_file: file, category: "waybill-schemas" },
      },
    ]);
    const { runs } = JSON.parse(await readFile(file, "utf8")) as { runs: { results: { ruleId: string }[] }[] };
    expect(runs[0]?.results.map(({ ruleId }) => ruleId)).toEqual(["unreleased"]);
  });

  it("uploads the report of a change that fails", async () => {
    await write(v2, orderRecord([total]));
    const { code, uses } = await runAction(action, folder.path, { "upload-sarif": "true" });
    expect({ code, uploads: uses.length }).toEqual({ code: 1, uploads: 1 });
  });

  it("keeps a baseline that it cannot reach apart from a break", async () => {
    const base = { GITHUB_BASE_REF: "100%" };
    const { code, stdout, stderr, summary, outputs } = await runAction(
      action,
      folder.path,
      { "upload-sarif": "true" },
      base,
    );
    expect({ code, stderr, outputs }).toEqual({ code: 3, stderr: "", outputs: { "exit-code": "3", "sarif-file": "" } });
    expect(stdout).toMatch(/^::error title=schemas check::error: git knows no commit "origin\/100%25" here\..*\n$/);
    expect(summary).toMatch(/^### schemas check failed\n\n {4}error: git knows no commit/);
  });

  it("shows all of a message in one annotation", async () => {
    await write("schemas/schemas.config.json", { mode: "::warning::x" });
    const { code, stdout, summary } = await runAction(action, folder.path);
    expect(code).toBe(2);
    expect(stdout).toMatch(/^::error title=schemas check::error: .*"mode" must be one of .*%0ACorrect the config\.\n$/);
    expect(summary).toMatch(/^ {4}Correct the config\.$/m);
  });

  it("runs lint and generate too, on a tree elsewhere, and fails with the first failure", async () => {
    await write("services/shop/model/schemas.config.json", { generate: { out: "../events", scope: "@shop" } });
    for (const [file, schema] of Object.entries(documentedEvent([], "shop.item.updated"))) {
      await write(`services/shop/model/${file}`, schema);
    }
    const given = { "working-directory": "services/shop", tree: "model", lint: "true", generate: "true" };
    const { code, stdout, summary, outputs } = await runAction(action, folder.path, given);
    expect({ code, checked: outputs["exit-code"] }).toEqual({ code: 1, checked: "0" });
    expect(stdout).toMatch(/^::error file=services\/shop\/model\/shop\/item\.updated\/v1\.avsc,.*vague-action::/m);
    expect(stdout).toMatch(/^::error title=schemas generate --check::.*%0A/m);
    expect(summary).toMatch(
      /^### schemas check: .*^### schemas lint: 1 error.*^### schemas generate --check failed$/ms,
    );
  });

  it("fails for warnings of lint where it is told to", async () => {
    await write("schemas/schemas.config.json", { lint: { preset: "off", rules: { "doc-required": "warn" } } });
    expect((await runAction(action, folder.path, { lint: "true" })).code).toBe(0);
    expect((await runAction(action, folder.path, { lint: "true", "deny-warnings": "true" })).code).toBe(1);
  });

  it("takes a version from npm where one is named", async () => {
    await rm(join(folder.path, "node_modules"), { recursive: true });
    await writeExecutable(
      "bin/npm",
      `#!/bin/sh
echo "npm $*"
mkdir -p "$3/node_modules/.bin"
cp "${join(folder.path, "bin/schemas")}" "$3/node_modules/.bin/schemas"
`,
    );
    await writeExecutable("bin/schemas", schemasScript);
    const env = { PATH: `${join(folder.path, "bin")}${delimiter}${process.env["PATH"]}` };
    const { code, stdout } = await runAction(action, folder.path, { version: "1.2.3" }, env);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^npm install --prefix .* @waybill\/schemas@1\.2\.3$/m);
  });

  it("says what is missing on the runner", async () => {
    const wrong = await runAction(action, folder.path, { lint: "yes" });
    expect(wrong.code).toBe(2);
    expect(wrong.stdout).toContain("::error title=schemas::The inputs lint, ");
    await rm(join(folder.path, "node_modules"), { recursive: true });
    const absent = await runAction(action, folder.path);
    expect(absent.code).toBe(2);
    expect(absent.stdout).toContain("::error title=schemas::@waybill/schemas is not installed here");
    await writeExecutable("bin/node", "#!/bin/sh\nexit 1\n");
    const env = { PATH: `${join(folder.path, "bin")}${delimiter}${process.env["PATH"]}` };
    expect((await runAction(action, folder.path, {}, env)).stdout).toContain("schemas needs Node 22.12 or newer");
  });

  it("puts no input into a script", () => {
    for (const step of action.runs.steps) expect(step.run ?? "").not.toContain("${{");
  });

  it("is documented", () => {
    const [workflow = ""] = blocks("GitHub", "yaml");
    const { jobs } = parse(workflow) as { jobs: { schemas: { steps: { uses?: string; with?: object }[] } } };
    const step = jobs.schemas.steps.find(({ uses }) => uses?.startsWith("OWNER/waybill@"));
    for (const input of Object.keys(step?.with ?? { none: "" })) expect(Object.keys(action.inputs)).toContain(input);
    const rows = [...page.matchAll(/^\| `([a-z-]+)` /gm)].map(([, name]) => name);
    expect(rows).toEqual([...Object.keys(action.inputs), ...Object.keys(action.outputs)]);
  });
});

describe("the GitLab job", () => {
  interface Job {
    readonly script: readonly string[];
    readonly artifacts: { readonly reports: { readonly codequality: string; readonly junit: string } };
  }
  const { "event-schemas": job } = parse(blocks("GitLab", "yaml")[0] ?? "") as { "event-schemas": Job };
  const { codequality, junit } = job.artifacts.reports;
  const runJob = (base: string) =>
    runBash(job.script.join("\n"), folder.path, {
      CI_PROJECT_DIR: folder.path,
      CI_MERGE_REQUEST_DIFF_BASE_SHA: base,
      HOME: folder.path,
    });

  it("fails for a breaking change, with both reports", async () => {
    await write(v2, orderRecord([total]));
    const { code, stdout } = await runJob(await git("rev-parse", "main"));
    expect(code).toBe(1);
    expect(stdout).toMatch(/v2\.avsc:1:\d+: error incompatible: .* of git:[0-9a-f]{40}: 1 error/s);
    const found = JSON.parse(await readFile(join(folder.path, codequality), "utf8")) as {
      check_name: string;
      location: { path: string };
    }[];
    expect(found.map(({ check_name, location }) => [check_name, location.path])).toContainEqual(["incompatible", v2]);
    expect(await readFile(join(folder.path, junit), "utf8")).toContain("<failure");
  });

  it("passes on the main branch, where there is no merge request", async () => {
    const { code, stdout } = await runJob("");
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining("nothing to report") });
    expect(JSON.parse(await readFile(join(folder.path, codequality), "utf8"))).toEqual([]);
  });

  it("leaves no report where the baseline cannot be reached", async () => {
    const { code, stderr } = await runJob("0123456789012345678901234567890123456789");
    expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringContaining("error: git knows no commit") });
    await expect(readFile(join(folder.path, junit))).rejects.toThrow("ENOENT");
  });
});

describe("before a commit", () => {
  interface Hook {
    readonly id: string;
    readonly entry: string;
    readonly files: string;
  }

  it("the hooks of pre-commit run the installed command for files of a tree alone", async () => {
    const hooks = parse(await readFile(new URL(".pre-commit-hooks.yaml", root), "utf8")) as Hook[];
    const [example = ""] = blocks("Before a commit", "yaml");
    const { repos } = parse(example) as { repos: { hooks: { id: string }[] }[] };
    expect(repos.flatMap((repo) => repo.hooks.map(({ id }) => id))).toEqual(hooks.map(({ id }) => id));
    for (const { entry, files } of hooks) {
      const ofTree = [v1, "schemas/schemas.config.json", "a/schemas.lock.json", "schemas/consumers/email.json"];
      const paths = [...ofTree, "src/v1.ts", "package.json", "src/consumers/email.ts"];
      expect(paths.filter((path) => new RegExp(files).test(path))).toEqual(ofTree);
      const env = { HOME: folder.path };
      await write(v1, orderRecord());
      expect((await runBash(entry, folder.path, env)).code).toBe(0);
      await write(v1, "{");
      expect((await runBash(`${entry} schemas`, folder.path, env)).code).toBe(1);
    }
  });

  it("git's own hook stops a commit that breaks, and lets others pass", async () => {
    const [script = ""] = blocks("Before a commit", "sh");
    await writeExecutable(".githooks/pre-commit", script);
    await git("config", "core.hooksPath", ".githooks");
    await write(v2, orderRecord([total]));
    await git("add", "schemas");
    const refused = git("commit", "--quiet", "--message=break");
    await expect(refused).rejects.toThrow("error incompatible: v2 cannot read what v1 wrote");
    await git("reset", "--quiet", "--", "schemas");
    await git("add", ".githooks");
    await git("commit", "--quiet", "--message=elsewhere");
    await write(v2, orderRecord([note]));
    await git("add", "schemas");
    await git("commit", "--quiet", "--message=sound");
    expect(await git("log", "--format=%s", "main..HEAD")).toBe("sound\nelsewhere");
  });

  it("lefthook's command finds a break", async () => {
    const [, example = ""] = blocks("Before a commit", "yaml");
    const { "pre-commit": hook } = parse(example) as { "pre-commit": { commands: { schemas: { run: string } } } };
    await write(v2, orderRecord([total]));
    expect((await runBash(hook.commands.schemas.run, folder.path, { HOME: folder.path })).code).toBe(1);
  });
});
