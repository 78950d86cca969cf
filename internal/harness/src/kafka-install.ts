import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const VERSION = "4.3.1";
const COPY_DEPENDENCIES = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies";

/** The settings that are committed beside the sources: pom.xml, log4j2.xml. */
export const kafkaFolder = join(dirname(fileURLToPath(import.meta.url)), "..", "kafka");

/**
 * The folder of Apache Kafka's jars: fetched from Maven Central the first time (about 25 s), then kept in the user's
 * cache folder.
 *
 * @throws Error when Java 17 or newer, or for the first time Maven, is missing
 */
export function kafkaJars(): string {
  requireProgram("java", "-version", "Java 17 or newer");
  const jars = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "waybill", `kafka-${VERSION}`);
  if (!existsSync(jars)) fetchInto(jars);
  return jars;
}

function requireProgram(program: string, versionFlag: string, what: string): void {
  if (spawnSync(program, [versionFlag], { stdio: "ignore" }).status === 0) return;
  throw new Error(`tests on Apache Kafka (WAYBILL_TEST_BROKER=kafka) need ${what}: '${program}' does not run here`);
}

/** Copied under another name and then renamed, so that a cut download is never taken for a whole one. */
function fetchInto(jars: string): void {
  requireProgram("mvn", "-version", "Maven, once, to fetch Kafka's jars");
  mkdirSync(dirname(jars), { recursive: true });
  const draft = mkdtempSync(`${jars}-`);
  const fetched = spawnSync(
    "mvn",
    ["-q", "-B", "-f", join(kafkaFolder, "pom.xml"), COPY_DEPENDENCIES, `-DoutputDirectory=${draft}`],
    { encoding: "utf8" },
  );
  if (fetched.status !== 0 || !existsSync(join(draft, `kafka_2.13-${VERSION}.jar`))) {
    rmSync(draft, { recursive: true, force: true });
    throw new Error(`Maven could not fetch Apache Kafka ${VERSION}:\n${fetched.stdout}${fetched.stderr}`);
  }
  try {
    renameSync(draft, jars);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(jars)) throw error; // else another process was first: its jars are as good
  }
}
