import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { generatePackages } from "@waybill/schemas";

/** One event to generate code for. */
export interface GeneratedModule {
  /** `entity.action` of an event in the domain `samples`. */
  readonly name: string;
  /** The texts of its versions from 1 on. */
  readonly versions: readonly string[];
}

/** Where generated code stands, until it is removed. */
export interface GeneratedFolder {
  readonly path: string;
  /** The path of a module by its `entity.action`. */
  modulePath(name: string): string;
  remove(): Promise<void>;
}

/** Generates a package for events of the domain `samples` into a temporary folder in which it can be imported. */
export async function generateModules(modules: readonly GeneratedModule[]): Promise<GeneratedFolder> {
  const files = generatePackages(
    modules.map(({ name, versions }) => {
      const [entity = "", action = ""] = name.split(".");
      return {
        name: { type: `samples.${name}`, domain: "samples", entity, action },
        topic: `samples.${entity}`,
        versions: versions.map((text, i) => ({ version: i + 1, text })),
      };
    }),
    { scope: "@samples", runtime: { range: "*", reference: null }, generatorVersion: "0.0.0" },
  );
  const path = await mkdtemp(join(tmpdir(), "waybill-codec-"));
  for (const [file, text] of files) {
    const target = join(path, file);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, text);
  }
  await mkdir(join(path, "node_modules/@waybill"), { recursive: true });
  await symlink(
    fileURLToPath(new URL("../../../packages/events", import.meta.url)),
    join(path, "node_modules/@waybill/events"),
  );
  return {
    path,
    modulePath: (name) => join(path, "samples/src", `${name}.ts`),
    remove: () => rm(path, { recursive: true, force: true }),
  };
}
