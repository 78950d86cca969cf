import { fileURLToPath } from "node:url";

/** Packages whose executable the sandbox runs: `main` beside the package's `index`. */
export type ProgramPackage = "@waybill/dev-broker" | "@waybill/registry" | "@waybill/relay";

/**
 * How to run a package's executable with this Node: from its sources where this process itself runs from sources (the
 * export condition `@waybill/source`), else what the package ships.
 */
export function nodeProgram(name: ProgramPackage): { readonly command: string; readonly args: readonly string[] } {
  const main = fileURLToPath(new URL(import.meta.resolve(name))).replace(/index\.(ts|js)$/, "main.$1");
  const conditions = main.endsWith(".ts") ? ["--conditions=@waybill/source"] : [];
  return { command: process.execPath, args: [...conditions, main] };
}
