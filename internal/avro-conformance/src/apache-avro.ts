import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { canRun, hasJars, type MavenJars, mavenJars } from "@waybill/harness/maven-jars";

/** What Apache's SchemaCompatibility says of a pair: the kinds of its incompatibilities, or why it does not judge. */
export type ApacheVerdict =
  | { readonly kinds: readonly string[]; readonly reasons?: readonly ApacheReason[] }
  | { readonly refused: string };

/** An incompatibility in Apache's own words. */
export interface ApacheReason {
  readonly kind: string;
  /** JSON pointer into the reader's schema. */
  readonly location: string;
  readonly message: string;
}

/** A pair to be judged. */
export interface SchemaPair {
  readonly reader: unknown;
  readonly writer: unknown;
  /** Whether the verdict is to hold Apache's reasons. Default: false. */
  readonly explain?: boolean;
}

const avroJars: MavenJars = {
  name: "avro-1.12.1",
  pom: fileURLToPath(new URL("../java/pom.xml", import.meta.url)),
  jar: "avro-1.12.1.jar",
};
const compatibilityOracle = fileURLToPath(new URL("../java/CompatibilityOracle.java", import.meta.url));
const parsingOracle = fileURLToPath(new URL("../java/ParsingOracle.java", import.meta.url));

/** What Apache's parser makes of a schema text, or why it refuses it. */
export type ApacheParse =
  | {
      /** The Parsing Canonical Form. */
      readonly canonical: string;
      /** CRC-64-AVRO, unsigned, in decimal digits. */
      readonly fingerprint: string;
      /** Of each type in the order of the schema: empty where Apache sees none, as where it is invalid. */
      readonly logicalTypes: readonly string[];
      /** The schema as Apache writes it anew. */
      readonly restated: string;
    }
  | { readonly refused: string };

/** Why Apache's Avro cannot be asked on this machine, or null when it can. */
export function whyNoApache(): string | null {
  const modules = spawnSync("java", ["--list-modules"], { encoding: "utf8" });
  if (modules.status !== 0) return "'java' does not run here";
  // The oracle is compiled as it is run.
  if (!modules.stdout.includes("jdk.compiler")) return "this Java is no JDK";
  if (!hasJars(avroJars) && !canRun("mvn", "-version")) return "'mvn' does not run here, to fetch Apache Avro";
  return null;
}

/**
 * Asks Apache's SchemaCompatibility about pairs of schemas; the verdicts come in the pairs' order.
 *
 * @throws Error when Maven cannot fetch Apache Avro, or when Java fails
 */
export async function apacheVerdicts(pairs: Iterable<SchemaPair>): Promise<readonly ApacheVerdict[]> {
  const verdicts: ApacheVerdict[] = [];
  await askJava(compatibilityOracle, pairs, (line) => verdicts.push(JSON.parse(line)));
  return verdicts;
}

/**
 * Has Apache's parser, with the names that the specification allows, read schema texts; the answers come in their order.
 *
 * @throws Error when Maven cannot fetch Apache Avro, or when Java fails
 */
export async function apacheParses(texts: readonly string[]): Promise<readonly ApacheParse[]> {
  const answers: ApacheParse[] = [];
  await askJava(
    parsingOracle,
    texts.map((text) => ({ text })),
    (line) => answers.push(JSON.parse(line)),
  );
  return answers;
}

/** Gives a program one JSON line for each question, and its answering lines back. */
async function askJava(oracle: string, questions: Iterable<unknown>, answer: (line: string) => void): Promise<void> {
  // Avro follows recursive types by recursion.
  const options = ["-Xss16m", "-XX:+UseSerialGC", "-cp", `${mavenJars(avroJars)}/*`];
  const java = spawn("java", [...options, oracle], { stdio: ["pipe", "pipe", "inherit"] });
  // A Java that ends early breaks the pipe: its status says more.
  const writing = pipeline(Readable.from(linesOf(questions)), java.stdin).then(
    () => null,
    (cause: unknown) => cause,
  );
  const [, cause, [status]] = await Promise.all([readLines(java.stdout, answer), writing, once(java, "exit")]);
  if (status === 0 && cause === null) return;
  throw new Error(`Java ended with status ${status} while it judged schemas`, { cause });
}

function* linesOf(questions: Iterable<unknown>): Iterable<string> {
  for (const question of questions) yield `${JSON.stringify(question)}\n`;
}

async function readLines(output: Readable, answer: (line: string) => void): Promise<void> {
  for await (const line of createInterface({ input: output })) answer(line);
}
