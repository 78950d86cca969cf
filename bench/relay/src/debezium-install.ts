import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { createWriteStream, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";

const VERSION = "3.6.0.Final";
const ARCHIVE = `debezium-server-dist-${VERSION}.tar.gz`;
/** Maven itself cannot fetch it: the parent that its pom.xml names is not there. */
const URL = `https://repo1.maven.org/maven2/io/debezium/debezium-server-dist/${VERSION}/${ARCHIVE}`;
const SHA_256 = "901ce7b0b75b4dafaac4aa57dac6dfcad5937f96fb7159e25d22759bbf5192e4";
const LEAST_JAVA = 21;
const JVM_FOLDER = "/usr/lib/jvm";

/** Names a folder with an unpacked Debezium Server, which is then not fetched. */
export const DEBEZIUM_VARIABLE = "WAYBILL_DEBEZIUM_SERVER";

/**
 * The folder of Debezium Server: fetched from Maven Central the first time (0.8 GB), then kept in the user's cache folder.
 *
 * @throws Error when it cannot be fetched, or is not what its checksum says
 */
export async function debeziumServer(env: NodeJS.ProcessEnv): Promise<string> {
  const given = env[DEBEZIUM_VARIABLE];
  if (given !== undefined) {
    if (existsSync(join(given, "lib"))) return given;
    throw new Error(`${DEBEZIUM_VARIABLE} names ${given}, which holds no unpacked Debezium Server`);
  }
  const cache = join(env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "waybill");
  const folder = join(cache, `debezium-server-${VERSION}`);
  if (!existsSync(folder)) await fetchInto(cache, folder);
  return folder;
}

/** Unpacked under another name and then renamed, so that a cut download is never taken for a whole one. */
async function fetchInto(cache: string, folder: string): Promise<void> {
  mkdirSync(cache, { recursive: true });
  const draft = mkdtempSync(`${folder}-`);
  try {
    const archive = join(draft, ARCHIVE);
    await download(archive);
    unpack(archive, draft);
    renameSync(join(draft, "debezium-server"), folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

async function download(path: string): Promise<void> {
  const response = await fetch(URL);
  if (!response.ok || response.body === null) throw new Error(`${URL} cannot be fetched: HTTP ${response.status}`);
  const hash = createHash("sha256");
  const hashed = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(response.body, hashed, createWriteStream(path));
  const digest = hash.digest("hex");
  if (digest !== SHA_256) throw new Error(`${URL} has the SHA-256 ${digest}, not ${SHA_256}`);
}

function unpack(archive: string, folder: string): void {
  const { status, stderr } = spawnSync("tar", ["-xzf", archive, "-C", folder], { encoding: "utf8" });
  if (status !== 0) throw new Error(`${archive} could not be unpacked by tar:\n${stderr}`);
}

/** A Java that Debezium Server runs on: `java`, JAVA_HOME's, or one where Linux distributions keep them. */
export function javaForDebezium(env: NodeJS.ProcessEnv): string {
  const homes = [env["JAVA_HOME"], ...installedHomes()].filter((home) => home !== undefined);
  const candidates = ["java", ...homes.map((home) => join(home, "bin", "java"))];
  const found = candidates.find((java) => majorVersion(java) >= LEAST_JAVA);
  if (found !== undefined) return found;
  throw new Error(`Debezium Server needs Java ${LEAST_JAVA} or newer: install it, or name it by JAVA_HOME`);
}

function installedHomes(): string[] {
  return existsSync(JVM_FOLDER) ? readdirSync(JVM_FOLDER).map((name) => join(JVM_FOLDER, name)) : [];
}

/** 0 when it does not run. */
function majorVersion(java: string): number {
  const { stderr } = spawnSync(java, ["-version"], { encoding: "utf8" });
  return Number(/version "(\d+)/.exec(stderr ?? "")?.[1] ?? 0);
}
