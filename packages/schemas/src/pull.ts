import { adoptSubjects, type AdoptedTree, type RegistrySubject } from "./adopt-subjects.ts";
import type { RegistrySource } from "./registry-client.ts";

/** Requests to the registry that run at once. */
const pullConcurrency = 8;

/** Reads every subject of a registry, and makes a tree of them. Changes nothing. @throws SchemasError `registry-…` */
export async function planPull(source: RegistrySource): Promise<AdoptedTree> {
  const names = (await source.subjects()).toSorted();
  const globalMode = await source.globalMode();
  const subjects: RegistrySubject[] = [];
  for (let start = 0; start < names.length; start += pullConcurrency) {
    const batch = names.slice(start, start + pullConcurrency);
    subjects.push(...(await Promise.all(batch.map((subject) => readSubject(source, subject, globalMode)))));
  }
  return adoptSubjects(subjects, source.url);
}

async function readSubject(source: RegistrySource, subject: string, globalMode: string): Promise<RegistrySubject> {
  const mode = (await source.mode(subject)) ?? globalMode;
  const numbers = (await source.versions(subject)).toSorted((a, b) => a - b);
  const versions: RegistrySubject["versions"][number][] = [];
  for (const number of numbers) versions.push(await source.version(subject, number));
  return { subject, mode, versions };
}
