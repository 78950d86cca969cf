import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { reasonOf } from "../error-reason.ts";
import { SchemasError } from "../errors.ts";

/**
 * Writes a file that does not exist yet, with the folders that it needs.
 *
 * @param shown the path as messages show it
 * @throws SchemasError `file-unwritable`, also when the file exists
 */
export async function writeNewFile(path: string, shown: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { flag: "wx" });
  } catch (error) {
    throw new SchemasError("file-unwritable", `Cannot write "${shown}": ${reasonOf(error)}.`, { cause: error });
  }
}
