import type { SchemasConfig } from "../config.ts";
import { recordNameFor } from "../event-name.ts";
import type { RegistryClient } from "../registry-client.ts";
import { isSameSchema } from "../schema-identity.ts";
import { buildSchemaTree, type EventHistory, fileOf } from "../schema-tree.ts";
import type { TreeFile } from "../tree-files.ts";
import type { Baseline } from "./baseline.ts";

/** Events that are read from the registry at once. */
const readConcurrency = 8;

type BaselineClient = Pick<RegistryClient, "url" | "subjects" | "versions" | "version">;

/**
 * What a registry holds of the events of a tree. Events that the tree lacks are left alone: a registry may serve many
 * trees.
 *
 * @throws SchemasError the `registry-…` codes
 */
export async function readRegistryBaseline(
  config: SchemasConfig,
  events: readonly EventHistory[],
  client: BaselineClient,
): Promise<Baseline> {
  const subjects = new Set(await client.subjects());
  const files: TreeFile[] = [];
  for (let start = 0; start < events.length; start += readConcurrency) {
    const batch = events.slice(start, start + readConcurrency);
    files.push(...(await Promise.all(batch.map((event) => readEvent(event, subjects, client)))).flat());
  }
  return { label: client.url, events: buildSchemaTree(config, files).events, identity: "schema" };
}

async function readEvent(
  event: EventHistory,
  subjects: ReadonlySet<string>,
  client: BaselineClient,
): Promise<readonly TreeFile[]> {
  const schemas = new Map<number, string>();
  for (const { subject, start } of subjectsOf(event, subjects)) {
    const versions = (await client.versions(subject)).toSorted((a, b) => a - b);
    let expected = start;
    for (const version of versions) {
      const { schema } = await client.version(subject, version);
      const number = versionOf(event, schema) ?? firstFree(expected, schemas);
      schemas.set(number, schema);
      expected = number + 1;
    }
  }
  const content = (schema: string) => new TextEncoder().encode(schema);
  return [...schemas].map(([version, schema]) => ({ path: fileOf(event.name, version), content: content(schema) }));
}

/** The subjects of an event's generations, each with the version that begins it. */
function subjectsOf(event: EventHistory, subjects: ReadonlySet<string>) {
  const first = `${event.topic}-${recordNameFor(event.name, 1)}`;
  return [...subjects]
    .flatMap((subject) => {
      const suffix = subject.startsWith(first) ? /^(?:V([1-9]\d*))?$/.exec(subject.slice(first.length)) : null;
      return suffix === null ? [] : [{ subject, start: Number(suffix[1] ?? 1) }];
    })
    .toSorted((a, b) => a.start - b.start);
}

/** The tree's number for a registered schema; null when the tree does not have it. */
function versionOf(event: EventHistory, schema: string): number | null {
  return event.versions.find(({ text }) => isSameSchema(text, schema))?.version ?? null;
}

/** A registry counts the versions of each subject on its own: what the tree lacks follows what came before it. */
function firstFree(expected: number, taken: ReadonlyMap<number, string>): number {
  let number = expected;
  while (taken.has(number)) number += 1;
  return number;
}
