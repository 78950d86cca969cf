import type { Catalogue } from "../catalogue/catalogue.ts";

/** Where each page of a site stands, relative to its root. Links are relative, so that the site works at any address. */
export interface SitePaths {
  readonly event: (type: string) => string;
  readonly topic: (name: string) => string;
  readonly service: (name: string) => string;
}

/** The pages of a catalogue. Names that differ in case alone get files that differ for every file system. */
export function sitePathsOf({ events, topics, services }: Catalogue): SitePaths {
  return {
    event: pathsIn(
      "events",
      events.map(({ type }) => type),
    ),
    topic: pathsIn(
      "topics",
      topics.map(({ name }) => name),
    ),
    service: pathsIn(
      "services",
      services.map(({ name }) => name),
    ),
  };
}

function pathsIn(folder: string, names: readonly string[]): (name: string) => string {
  const paths = new Map<string, string>();
  const taken = new Set<string>();
  for (const name of names) {
    const safe = name.replaceAll(/[^A-Za-z0-9._-]/g, "-");
    let path = `${folder}/${safe}.html`;
    for (let number = 2; taken.has(path.toLowerCase()); number++) path = `${folder}/${safe}_${number}.html`;
    taken.add(path.toLowerCase());
    paths.set(name, path);
  }
  return (name) => paths.get(name) ?? "index.html";
}
