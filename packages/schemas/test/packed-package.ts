import { createPackageFromTarballData, type Package } from "@arethetypeswrong/core";
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type GeneratorEvent, generatePackages } from "../src/index.ts";

const run = promisify(execFile);
const workspace = fileURLToPath(new URL("../../../", import.meta.url));
const tsc = join(workspace, "node_modules/typescript/bin/tsc");

/** Beyond what generated packages set themselves. */
export const strictestFlags = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  noImplicitReturns: true,
  noImplicitOverride: true,
  noFallthroughCasesInSwitch: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  allowUnreachableCode: false,
  verbatimModuleSyntax: true,
  isolatedModules: true,
  isolatedDeclarations: true,
  erasableSyntaxOnly: true,
  skipLibCheck: false,
} as const;

/** A folder beside which applications stand that have installed a generated package. */
export interface InstalledPackage {
  readonly folder: string;
  readonly tarball: Uint8Array<ArrayBuffer>;
  readonly packed: Package;
  /** Compiles files of that application. @returns what the compiler says: nothing, when it is content */
  compile(files: Readonly<Record<string, string>>, options: object): Promise<string>;
  /** Runs an ES module of that application. @returns what it prints */
  run(text: string): Promise<string>;
  remove(): Promise<void>;
}

/** Generates the package of a domain, builds, packs and installs it as its users would, without any network. */
export async function installGenerated(
  events: readonly GeneratorEvent[],
  domain: string,
  brandedIds: ReadonlyMap<string, string>,
): Promise<InstalledPackage> {
  const folder = await mkdtemp(join(tmpdir(), "waybill-packed-"));
  const modules = join(folder, "node_modules");
  await installRuntime(join(modules, "@waybill/events"));
  const source = join(folder, "generated", domain);
  const runtime = { range: "^0.0.0", reference: null };
  const files = generatePackages(events, { scope: "@packed", runtime, generatorVersion: "0.0.0", brandedIds });
  for (const [path, text] of files) await write(join(folder, "generated", path), text);
  await write(
    join(source, "tsconfig.strict.json"),
    JSON.stringify({ extends: "./tsconfig.json", compilerOptions: strictestFlags }),
  );
  const built = await compileProject(source, "tsconfig.strict.json");
  if (built !== "") throw new Error(`the generated package does not compile:\n${built}`);
  await run("pnpm", ["pack", "--pack-destination", folder], { cwd: source });
  const [name = ""] = (await readdir(folder)).filter((entry) => entry.endsWith(".tgz"));
  const tarball = new Uint8Array(await readFile(join(folder, name)));
  const packed = createPackageFromTarballData(tarball);
  for (const path of packed.listFiles()) await write(join(folder, path), packed.readFile(path));
  return {
    folder,
    tarball,
    packed,
    compile: (sources, options) => compileApplication(folder, sources, options),
    run: (text) => runModule(folder, text),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** `@waybill/events` as a registry would give it: built, and without its sources. */
async function installRuntime(target: string): Promise<void> {
  const source = join(workspace, "packages/events");
  await mkdir(target, { recursive: true });
  await cp(join(source, "package.json"), join(target, "package.json"));
  const built = await compileProject(source, "tsconfig.json", "--outDir", join(target, "dist"));
  if (built !== "") throw new Error(`@waybill/events does not compile:\n${built}`);
}

async function runModule(folder: string, text: string): Promise<string> {
  const file = join(folder, "application.mjs");
  await write(file, text);
  const { stdout } = await run(process.execPath, [file], { cwd: folder });
  return stdout;
}

async function compileApplication(
  folder: string,
  sources: Readonly<Record<string, string>>,
  options: object,
): Promise<string> {
  const application = await mkdtemp(join(folder, "application-"));
  await write(join(application, "package.json"), '{ "type": "module" }');
  for (const [path, text] of Object.entries(sources)) await write(join(application, path), text);
  const compilerOptions = {
    target: "es2023",
    ...strictestFlags,
    isolatedDeclarations: false,
    resolveJsonModule: true,
    noEmit: true,
    types: [],
    ...options,
  };
  await write(join(application, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["."] }));
  return compileProject(application, "tsconfig.json");
}

async function compileProject(folder: string, project: string, ...more: readonly string[]): Promise<string> {
  try {
    const { stdout } = await run(process.execPath, [tsc, "-p", join(folder, project), ...more], { cwd: folder });
    return stdout;
  } catch (error) {
    return (error as { readonly stdout: string }).stdout;
  }
}

async function write(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}
