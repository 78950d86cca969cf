import { SchemasError } from "../errors.ts";
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
  if (findings.length === 0) return contracts;
  const lines = findings.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`);
  throw new SchemasError("contract-invalid", `${lines.join("\n")}\nCorrect the contracts.`);
}
