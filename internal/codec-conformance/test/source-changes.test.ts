import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type GeneratedFolder, generateModules } from "@waybill/codec-conformance";
import { buildSchemaTree, checkTree, parseConfig } from "@waybill/schemas";
import { Random, SchemaGenerator, type SchemaJson } from "../../../packages/avro/test/random-schema.ts";

const SEED = 7;
const PAIRS = 1_000;

/** Two versions of one event. */
interface VersionPair {
  readonly name: string;
  readonly versions: readonly [string, string];
  /** What `schemas check` says about the types that are generated for them. */
  readonly told: readonly string[];
}

const { config } = parseConfig(
  new TextEncoder().encode('{ "mode": "NONE", "generate": { "out": "../events", "scope": "@samples" } }'),
);
const pairs = randomVersionPairs();
let folder: GeneratedFolder;
let errors: ReadonlySet<string>;

beforeAll(async () => {
  folder = await generateModules(pairs.map(({ name, versions }) => ({ name: `pair.${name}`, versions })));
  errors = await compile(folder);
}, 120_000);
afterAll(() => folder.remove());

it("tells every change that code which reads events does not compile with", () => {
  const untold = pairs.filter(({ name, told }) => told.length === 0 && errors.has(`read ${name}`));
  expect(untold.slice(0, 3)).toEqual([]);
});

it("tells no change that all code compiles with", () => {
  const needless = pairs.filter(
    ({ name, told }) => told.length > 0 && !errors.has(`read ${name}`) && !errors.has(`publish ${name}`),
  );
  expect(needless.slice(0, 3)).toEqual([]);
});

it("is asked about both in number", () => {
  expect(pairs.filter(({ told }) => told.length === 0).length).toBeGreaterThan(PAIRS / 20);
  expect(pairs.filter(({ told }) => told.length > 0).length).toBeGreaterThan(PAIRS / 2);
});

function randomVersionPairs(): readonly VersionPair[] {
  const generator = new SchemaGenerator(new Random(SEED));
  const found: VersionPair[] = [];
  for (let number = 1; found.length < PAIRS; number++) {
    const name = `p${number}`;
    const one = generator.schema();
    const versions = [eventText(name, one), eventText(name, generator.mutated(one))] as const;
    const told = sourceFindings(name, versions);
    if (told !== null) found.push({ name, versions, told });
  }
  return found;
}

function eventText(name: string, type: SchemaJson): string {
  const key = { name: "id", type: "string", "waybill.key": true };
  const fields = [key, { name: "value", type }];
  return JSON.stringify({ type: "record", name: `Pair${name.toUpperCase()}`, namespace: "samples.pair", fields });
}

/** @returns null when one of the schemas is invalid, as a random one may be */
function sourceFindings(name: string, versions: readonly string[]): readonly string[] | null {
  const files = versions.map((text, i) => ({
    path: `samples/pair.${name}/v${i + 1}.avsc`,
    content: new TextEncoder().encode(text),
  }));
  if (config === null) throw new Error("the config is invalid");
  const findings = checkTree(buildSchemaTree(config, files), new Map());
  if (findings.some(({ severity }) => severity === "error")) return null;
  return findings.filter(({ rule }) => rule.startsWith("source-")).map(({ message }) => message);
}

/** Takes the newer values for older ones, as readers do, and the other way round. @returns which of it is refused */
async function compile({ path }: GeneratedFolder): Promise<ReadonlySet<string>> {
  const uses = pairs.flatMap(({ name }) => {
    const [v1, v2] = [`Pair${name.toUpperCase()}V1`, `Pair${name.toUpperCase()}V2`];
    const from = JSON.stringify(`./samples/src/pair.${name}.ts`);
    return [
      { use: `read ${name}`, code: `import type { ${v1}, ${v2} } from ${from};` },
      { use: `read ${name}`, code: `export const read${v1} = (event: ${v2}): ${v1} => event;` },
      { use: `publish ${name}`, code: `export const publish${v1} = (event: ${v1}): ${v2} => event;` },
    ];
  });
  await writeFile(join(path, "uses.ts"), `${uses.map(({ code }) => code).join("\n")}\n`);
  const root = join(import.meta.dirname, "../../..");
  const config = {
    extends: join(root, "tsconfig.base.json"),
    compilerOptions: {
      composite: false,
      declarationMap: false,
      noEmit: true,
      allowImportingTsExtensions: true,
      rewriteRelativeImportExtensions: false,
      customConditions: ["@waybill/source"],
      typeRoots: [join(root, "node_modules/@types")],
    },
    include: ["uses.ts", "samples/src/*.testing.ts"],
  };
  await writeFile(join(path, "package.json"), '{ "type": "module" }');
  await writeFile(join(path, "tsconfig.json"), JSON.stringify(config));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { stdout } = spawnSync(process.execPath, [tsc, "-p", path, "--pretty", "false"], {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  const lines = stdout.split("\n").filter((line) => line.includes(": error TS"));
  return new Set(
    lines.map((line) => {
      const use = uses[Number(/uses\.ts\((\d+),\d+\): error TS2322/.exec(line)?.[1]) - 1];
      if (use === undefined) throw new Error(`the compiler refuses more than an assignment: ${line}`);
      return use.use;
    }),
  );
}
