import { hash } from "node:crypto";
import { type EventPackageManifest, type ManifestEvent, type ManifestVersion, schemaIdOf } from "@waybill/events";
import type { PackageOptions } from "./generator-input.ts";
import { constantNameOf, folderOf } from "./names.ts";
import type { PackageEvent } from "./package-files.ts";

/** `manifest.json`: what the package holds, for those who do not run it. */
export function generateEventManifest(
  domain: string,
  events: readonly PackageEvent[],
  { scope, generatorVersion }: PackageOptions,
): string {
  const manifest: EventPackageManifest = {
    manifestVersion: 1,
    package: `${scope}/${folderOf(domain)}`,
    domain,
    generator: { name: "@waybill/schemas", version: generatorVersion },
    events: events.map(describe).toSorted((a, b) => (a.type < b.type ? -1 : 1)),
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

function describe(packageEvent: PackageEvent): ManifestEvent {
  const { event, examples } = packageEvent;
  const module = `./${event.name.entity}.${event.name.action}`;
  return {
    type: event.name.type,
    topic: event.topic,
    module,
    testing: examples === null ? null : `${module}/testing`,
    descriptor: constantNameOf(event.name),
    versions: versionsOf(packageEvent),
  };
}

function versionsOf({ event, module }: PackageEvent): readonly ManifestVersion[] {
  let generation = 0;
  return event.versions.flatMap(({ version, text }, i): ManifestVersion[] => {
    const exported = module.versions[i];
    if (exported === undefined) return [];
    const { key, descriptor } = exported;
    const recordName = exported.record.fullName;
    if (recordName !== module.versions[i - 1]?.record.fullName) generation++;
    const subject = `${event.topic}-${recordName}`;
    const [schemaId, sha256] = [String(schemaIdOf(text)), hash("sha256", text)];
    return [{ version, generation, recordName, subject, key, schemaId, sha256, descriptor }];
  });
}
