import { execFile } from "node:child_process";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "@jest/globals";
import { startRegistry } from "@waybill/registry";
import { folderWith, runSchemas } from "./run-schemas.ts";
import { type Files, orderRecord } from "./tree-fixture.ts";

const config = "schemas/schemas.config.json";
const v1 = "schemas/orders/order.placed/v1.avsc";
const v2 = "schemas/orders/order.placed/v2.avsc";
const note = { name: "note", type: ["null", "string"], default: null };
const tree = { [config]: {}, [v1]: orderRecord() };

const run = promisify(execFile);

async function git(cwd: string, ...args: readonly string[]): Promise<void> {
  await run("git", ["-c", "user.name=Test", "-c", "user.email=test@example.com", ...args], { cwd });
}

/** A repository with the files released and committed on its branch main. */
async function repositoryWith(files: Files) {
  const folder = await folderWith(files);
  await runSchemas(folder.path, ["release"]);
  await git(folder.path, "init", "--quiet", "--initial-branch=main");
  await commit(folder.path);
  return folder;
}

async function commit(path: string): Promise<void> {
  await git(path, "add", ".");
  await git(path, "commit", "--quiet", "--message=change");
}

async function write(path: string, schema: unknown): Promise<void> {
  await writeFile(path, JSON.stringify(schema));
}

describe("git", () => {
  it("finds an edit that was covered up in the lock", async () => {
    await using folder = await repositoryWith(tree);
    await write(join(folder.path, v1), orderRecord([note]));
    await rm(join(folder.path, "schemas/schemas.lock.json"));
    await runSchemas(folder.path, ["release"]);
    expect((await runSchemas(folder.path, ["check"])).code).toBe(0);

    for (const cwd of [folder.path, join(folder.path, "schemas"), join(folder.path, "schemas/orders")]) {
      const root = cwd.endsWith("orders") ? [".."] : [];
      const { code, stdout, stderr } = await runSchemas(cwd, ["check", ...root, "--against", "git:main"]);
      expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
      expect(stdout).toContain(
        "error released-edited: v1 of orders.order.placed is released in git:main and differs here (its data differs)",
      );
      expect(stdout).toMatch(/against 1 released version of git:main: 1 error\n/);
    }
  });

  it("compares with main itself, or with where the branch left it", async () => {
    await using folder = await repositoryWith(tree);
    await git(folder.path, "branch", "work");
    await write(join(folder.path, v2), orderRecord([note]));
    await runSchemas(folder.path, ["release"]);
    await commit(folder.path);
    await git(folder.path, "checkout", "--quiet", "work");

    const main = await runSchemas(folder.path, ["check", "--against", "git:main"]);
    expect(main.code).toBe(1);
    expect(main.stdout).toMatch(/^schemas\/orders\/order\.placed\/v2\.avsc:1:1: error released-removed: v2 of /);
    const base = await runSchemas(folder.path, ["check", "--against", "merge-base:main"]);
    expect(base).toEqual({
      code: 0,
      stderr: "",
      stdout:
        "1 event, 1 version, mode FULL_TRANSITIVE, against 1 released version of merge-base:main: nothing to report\n",
    });
  });

  it("finds its repository from a hook, whose variables name git's own folder", async () => {
    await using folder = await repositoryWith(tree);
    const env = { GIT_DIR: ".git", GIT_INDEX_FILE: ".git/index", GIT_WORK_TREE: "." };
    expect((await runSchemas(folder.path, ["check", "--against", "git:HEAD"], env)).code).toBe(0);
  });

  it("has nothing to compare with in a commit before the tree", async () => {
    await using folder = await folderWith({ "README.md": "" });
    await git(folder.path, "init", "--quiet", "--initial-branch=main");
    await commit(folder.path);
    await mkdir(join(folder.path, "schemas/orders/order.placed"), { recursive: true });
    await write(join(folder.path, config), {});
    await write(join(folder.path, v1), orderRecord());
    const { code, stdout } = await runSchemas(folder.path, ["check", "--against", "git:main"]);
    expect(code).toBe(0);
    expect(stdout).toContain("against 0 released versions of git:main");
  });

  it.each([
    ["an unknown ref", "git:nowhere", 'git knows no commit "nowhere" here.'],
    ["an unknown ref to merge with", "merge-base:origin/nowhere", 'git knows no commit "origin/nowhere" here.'],
    ["an unrelated branch", "merge-base:other", 'git finds no commit that HEAD and "other" have in common.'],
  ])("exits with 3 for %s", async (_what, baseline, message) => {
    await using folder = await repositoryWith(tree);
    await git(folder.path, "checkout", "--quiet", "--orphan", "other");
    await git(folder.path, "commit", "--quiet", "--message=other");
    await git(folder.path, "checkout", "--quiet", "main");
    const { code, stdout, stderr } = await runSchemas(folder.path, ["check", "--against", baseline]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
    expect(stderr).toContain(`error: ${message}`);
  });

  it("exits with 3 outside of a repository, without git, and for a lock that cannot be read", async () => {
    await using folder = await folderWith(tree);
    const ceiling = { GIT_CEILING_DIRECTORIES: folder.path };
    const outside = await runSchemas(folder.path, ["check", "--against", "git:main"], ceiling);
    expect({ code: outside.code, stdout: outside.stdout }).toEqual({ code: 3, stdout: "" });
    expect(outside.stderr).toContain("not a git repository");
    const without = await runSchemas(folder.path, ["check", "--against", "git:main"], { PATH: folder.path });
    expect({ code: without.code, stderr: without.stderr }).toEqual({
      code: 3,
      stderr: "error: git could not be run: there is no program git on the PATH.\n",
    });
    await git(folder.path, "init", "--quiet", "--initial-branch=main");
    await writeFile(join(folder.path, "schemas/schemas.lock.json"), "<<<<<<< HEAD");
    await commit(folder.path);
    await rm(join(folder.path, "schemas/schemas.lock.json"));
    const broken = await runSchemas(folder.path, ["check", "--against", "git:main"]);
    expect(broken.code).toBe(3);
    expect(broken.stderr).toMatch(
      /^error: The lock of the baseline git:main cannot be read.*\nschemas\.lock\.json:1:1: /,
    );
  });
});

describe("a folder", () => {
  it("is another state of the tree", async () => {
    await using folder = await folderWith(tree);
    await runSchemas(folder.path, ["release"]);
    await rename(join(folder.path, "schemas"), join(folder.path, "released"));
    await using edited = await folderWith({ ...tree, [v1]: orderRecord([note]) });
    const baseline = join(folder.path, "released");
    const { code, stdout } = await runSchemas(edited.path, ["check", "--against", baseline]);
    expect(code).toBe(1);
    expect(stdout).toContain(`v1 of orders.order.placed is released in ${baseline} and differs here`);

    const missing = await runSchemas(edited.path, ["check", "--against", "nowhere"]);
    expect(missing).toEqual({
      code: 3,
      stdout: "",
      stderr: 'error: The baseline could not be read. The folder "nowhere" does not exist. Check the path.\n',
    });
  });
});

describe("a registry", () => {
  it("holds what was pushed, under numbers of its own", async () => {
    await using folder = await folderWith({
      ...tree,
      [v2]: orderRecord([{ name: "total", type: "long" }], "OrderPlacedV2"),
    });
    const registry = await startRegistry({ port: 0, store: { kind: "memory" } });
    try {
      const env = { SCHEMA_REGISTRY_URL: registry.url };
      await runSchemas(folder.path, ["push", "--yes", "--include-unreleased"], env);
      const same = await runSchemas(folder.path, ["check", "--against", "registry"], env);
      expect(same.code).toBe(0);
      expect(same.stdout).toContain(`against 2 released versions of ${registry.url}: 2 notes\n`);

      await write(join(folder.path, v1), orderRecord([note]));
      await rm(join(folder.path, v2));
      const { code, stdout } = await runSchemas(folder.path, ["check", "--against", registry.url]);
      expect(code).toBe(1);
      expect(stdout).toContain(
        `v1.avsc:1:1: error released-edited: v1 of orders.order.placed is released in ${registry.url}`,
      );
      expect(stdout).toContain(
        `v2.avsc:1:1: error released-removed: v2 of orders.order.placed is released in ${registry.url}`,
      );
    } finally {
      await registry.stop();
    }
  });

  it("that does not answer gives exit code 3, and shows no password", async () => {
    await using folder = await folderWith(tree);
    const { code, stdout, stderr } = await runSchemas(folder.path, [
      "check",
      "--against",
      "http://me:secret@localhost:1",
    ]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
    expect(stderr).toMatch(
      /^error: The baseline could not be read\. The registry at http:\/\/localhost:1 could not be reached: /,
    );
    expect(stderr).not.toContain("secret");
  });

  it("must be named", async () => {
    await using folder = await folderWith(tree);
    const { code, stderr } = await runSchemas(folder.path, ["check", "--against", "registry"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: No registry is named\./);
  });
});
