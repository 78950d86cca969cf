import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, globSync, mkdirSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

/**
 * Prometheus's own checker: `PROMTOOL`, or the one on the PATH. In CI, where there is neither, it is unpacked from
 * Debian's package, without installing that: the package would start a server.
 *
 * @returns its path, or why there is none
 */
export function findPromtool(): { readonly path: string } | { readonly missing: string } {
  const given = process.env["PROMTOOL"];
  if (given !== undefined && given !== "") return { path: given };
  if (spawnSync("promtool", ["--version"]).status === 0) return { path: "promtool" };
  if (process.env["CI"] !== "true") return { missing: "no promtool on the PATH, nor in PROMTOOL" };
  const dir = join(tmpdir(), `waybill-promtool-${userInfo().uid}`);
  const path = join(dir, "usr", "bin", "promtool");
  if (existsSync(path)) return { path };
  try {
    mkdirSync(dir, { recursive: true });
    execFileSync("apt-get", ["download", "-q", "prometheus"], { cwd: dir, stdio: "pipe" });
    execFileSync("dpkg-deb", ["--extract", ...globSync("prometheus_*.deb", { cwd: dir }), "."], {
      cwd: dir,
      stdio: "pipe",
    });
  } catch {
    return { missing: "no promtool on the PATH, and no Debian package of Prometheus to take it from" };
  }
  return { path };
}
