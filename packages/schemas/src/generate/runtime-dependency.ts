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
  if (!root.split(sep).includes("node_modules")) {
    return { range: "workspace:*", reference: relative(join(folder, "package"), root).replaceAll(sep, "/") };
  }
  const manifest: unknown = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  return { range: `^${versionOf(manifest)}`, reference: null };
}

function versionOf(manifest: unknown): string {
  const isManifest = typeof manifest === "object" && manifest !== null && "version" in manifest;
  return isManifest && typeof manifest.version === "string" ? manifest.version : "0.0.0";
}
