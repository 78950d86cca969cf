import { SchemasError } from "../errors.ts";
import type { Finding } from "../finding.ts";
import { readTree } from "../tree-files.ts";
import type { ConsumerContract } from "./contract.ts";
import { parseContracts } from "./contract-files.ts";

/**
 * Reads the consumer contracts of a schema tree, `consumers/<service>.json`. Whether the events, versions and fields
 * that they name exist is for `checkTree` to tell.
 *
 * @param directory The folder with `schemas.config.json`.
 * @throws SchemasError `contract-invalid` with every problem of every file, and those of `readTree`
 */
export async function readContracts(directory: string): Promise<readonly ConsumerContract[]> {
  const { files } = await readTree(directory, directory);
  const { contracts, findings } = parseContracts(files);
  requireValid(findings, (file) => file);
  return contracts;
}

/**
 * Refuses to go on with contracts that could not be read.
 *
 * @param findings of a tree; only those of the rule contract-invalid count
 * @throws SchemasError `contract-invalid` with all of them
 */
export function requireValid(findings: readonly Finding[], pathOf: (file: string) => string): void {
  const invalid = findings.filter(({ rule }) => rule === "contract-invalid");
  if (invalid.length === 0) return;
  const lines = invalid.map(({ file, line, column, message }) => `${pathOf(file)}:${line}:${column}: ${message}`);
  throw new SchemasError("contract-invalid", `${lines.join("\n")}\nCorrect the contracts.`);
}
