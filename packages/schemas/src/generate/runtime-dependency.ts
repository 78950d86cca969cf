import { readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { RuntimeDependency } from "./generator-input.ts";

/**
 * How packages in a folder depend on the `@waybill/events` that this CLI runs with: by its version when it is
 * installed, as a neighbour when both are of one workspace.
 *
 * @param folder absolute path of the folder that holds the generated packages
 */
export async function findRuntime(folder: string): Promise<RuntimeDependency> {
  // dist/index.js or src/index.ts; symbolic links are resolved.
  const root = fileURLToPath(new URL("..", import.meta.resolve("@waybill/events")));
  if (!isInstalled(root)) {
    return { range: "workspace:*", reference: relative(join(folder, "package"), root).replaceAll(sep, "/") };
  }
  return { range: `^${await versionIn(root)}`, reference: null };
}

/** The version of this CLI; `workspace` where its own workspace runs it, in which a release must change no output. */
export async function findGeneratorVersion(): Promise<string> {
  // dist/generate/ or src/generate/.
  const root = fileURLToPath(new URL("../..", import.meta.url));
  return isInstalled(root) ? versionIn(root) : "workspace";
}

function isInstalled(root: string): boolean {
  return root.split(sep).includes("node_modules");
}

async function versionIn(root: string): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const hasVersion = typeof manifest === "object" && manifest !== null && "version" in manifest;
  return hasVersion && typeof manifest.version === "string" ? manifest.version : "0.0.0";
}
