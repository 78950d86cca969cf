import { readFile } from "node:fs/promises";
import type { EventPackageManifest } from "@waybill/events";
import { messageOf } from "../../errors.ts";

/** The form of manifest.json that this version reads. */
const MANIFEST_VERSION = 1;

/** The topics of a generated package, from its manifest.json. @throws Error saying what is wrong with the file */
export async function readManifestTopics(file: string): Promise<string[]> {
  return topicsOfManifest(await readJson(file), file);
}

/** Pure: the topics in a manifest's content. @throws Error */
export function topicsOfManifest(content: unknown, file: string): string[] {
  const manifest = content as Partial<EventPackageManifest> | null;
  if (typeof manifest !== "object" || manifest === null || manifest.manifestVersion === undefined) {
    throw new Error(`${file}: is no manifest.json of a generated event package`);
  }
  if (manifest.manifestVersion !== MANIFEST_VERSION) {
    throw new Error(
      `${file}: is of form ${manifest.manifestVersion}, and this relay reads form ${MANIFEST_VERSION}: update it`,
    );
  }
  const topics = (manifest.events ?? []).map(({ topic }) => topic);
  if (topics.some((topic) => typeof topic !== "string")) throw new Error(`${file}: holds an event without topic`);
  return [...new Set(topics)].sort();
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    throw new Error(`${file}: ${messageOf(error)}`, { cause: error });
  }
}
