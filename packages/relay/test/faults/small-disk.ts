import { spawnSync } from "node:child_process";
import { mkdtemp, rm, statfs } from "node:fs/promises";
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A file system of its own that a test can fill. */
export interface SmallDisk {
  readonly folder: string;
  /** Takes all the space that is left. */
  fill(): Promise<void>;
  /** Gives it back. */
  free(): Promise<void>;
  remove(): Promise<void>;
}

/** Room for a broker under the suite's load; it takes memory only as far as it is used. */
const SIZE = "1g";

/** Null where this process may not mount one: it takes root on Linux. */
export async function mountSmallDisk(): Promise<SmallDisk | null> {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return null;
  const folder = await mkdtemp(join(tmpdir(), "waybill-disk-"));
  if (spawnSync("mount", ["-t", "tmpfs", "-o", `size=${SIZE}`, "waybill", folder]).status !== 0) {
    await rm(folder, { recursive: true });
    return null; // a container without the right
  }
  const ballast = join(folder, "ballast");
  return {
    folder,
    async fill() {
      const { bavail, bsize } = await statfs(folder);
      spawnSync("fallocate", ["--length", String(bavail * bsize), ballast]);
      writeUntilFull(join(folder, "ballast-rest"));
    },
    async free() {
      await rm(ballast, { force: true });
      await rm(join(folder, "ballast-rest"), { force: true });
    },
    async remove() {
      spawnSync("umount", ["--lazy", folder]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Others write meanwhile and free a little: what is left goes page by page. */
function writeUntilFull(path: string): void {
  const page = Buffer.alloc(4_096);
  for (;;) {
    try {
      writeFileSync(path, page, { flag: "a" });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOSPC") return;
      throw error;
    }
  }
}
