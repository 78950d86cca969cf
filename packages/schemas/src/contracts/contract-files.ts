import type { Finding } from "../finding.ts";
import type { TreeFile } from "../tree-files.ts";
import { type ConsumerContract, contractFolder, parseContract } from "./contract.ts";

/** The contracts among the files of a tree, and what is wrong with others. */
export interface ContractFiles {
  /** In the order of the files, which are named by their services. */
  readonly contracts: readonly ConsumerContract[];
  readonly findings: readonly Finding[];
}

/** Whether a path of a tree is that of a contract. */
export function isContractFile(path: string): boolean {
  const folder = `${contractFolder}/`;
  return path.startsWith(folder) && path.endsWith(".json") && !path.slice(folder.length).includes("/");
}

/** Reads the contracts among files of a tree; other files are passed over. */
export function parseContracts(files: readonly TreeFile[]): ContractFiles {
  const results = files
    .filter(({ path }) => isContractFile(path))
    .map(({ path, content }) => parseContract(path, content));
  const problems = results.flatMap((result) => result.problems ?? []);
  return {
    contracts: results.flatMap(({ contract }) => contract ?? []),
    findings: problems.map(({ message, ...at }) => ({
      ...at,
      rule: "contract-invalid",
      severity: "error",
      message,
      help: 'the form is { "service": …, "owner": …, "events": { "<event>": { "versions": [1], "fields": ["orderId"] } } }',
    })),
  };
}
