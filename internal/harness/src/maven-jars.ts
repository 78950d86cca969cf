import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

const COPY_DEPENDENCIES = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies";

/** The jars of a `pom.xml` that is committed beside the sources. */
export interface MavenJars {
  /** What they are, with the version, such as `kafka-4.3.1`: the folder that keeps them. */
  readonly name: string;
  /** Path of the `pom.xml`. Its dependencies are copied, nothing is built. */
  readonly pom: string;
  /** A jar that a complete folder holds. */
  readonly jar: string;
}

/** Whether a program runs here. */
export function canRun(program: string, versionFlag: string): boolean {
  return spawnSync(program, [versionFlag], { stdio: "ignore" }).status === 0;
}

/** Whether {@link mavenJars} would give the jars without Maven. */
export function hasJars(jars: MavenJars): boolean {
  return existsSync(folderOf(jars));
}

/**
 * The folder of the jars: fetched from Maven Central the first time, then kept in the user's cache folder.
 *
 * @throws Error when they must be fetched and Maven is missing or fails
 */
export function mavenJars(jars: MavenJars): string {
  if (!hasJars(jars)) fetchInto(folderOf(jars), jars);
  return folderOf(jars);
}

function folderOf({ name }: MavenJars): string {
  return join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "waybill", name);
}

/** Copied under another name and then renamed, so that a cut download is never taken for a whole one. */
function fetchInto(folder: string, { name, pom, jar }: MavenJars): void {
  if (!canRun("mvn", "-version")) {
    throw new Error(`the jars of ${name} must be fetched once, by Maven: 'mvn' does not run here`);
  }
  mkdirSync(dirname(folder), { recursive: true });
  const draft = mkdtempSync(`${folder}-`);
  const fetched = spawnSync("mvn", ["-q", "-B", "-f", pom, COPY_DEPENDENCIES, `-DoutputDirectory=${draft}`], {
    encoding: "utf8",
  });
  if (fetched.status !== 0 || !existsSync(join(draft, jar))) {
    rmSync(draft, { recursive: true, force: true });
    throw new Error(`Maven could not fetch the jars of ${name}:\n${fetched.stdout}${fetched.stderr}`);
  }
  try {
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(folder)) throw error; // else another process was first: its jars are as good
  }
}
