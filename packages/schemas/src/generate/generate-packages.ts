import type { RecordType } from "@waybill/events/codegen/model";
import { SchemasError } from "../errors.ts";
import { checkBrandedFields, uuidBrands } from "./branded-ids.ts";
import { generateEventManifest } from "./event-manifest.ts";
import { generateEventModule } from "./event-module.ts";
import { generateExampleModule } from "./example-module.ts";
import type { GeneratorEvent, PackageOptions } from "./generator-input.ts";
import { generateIdsModule } from "./ids-module.ts";
import { folderOf } from "./names.ts";
import { type PackageEvent, generateIndex, generateManifest, generateTsconfig } from "./package-files.ts";
import { generateReadme } from "./package-readme.ts";

/**
 * The npm packages of a schema tree, one for each domain.
 *
 * @returns the text of each file by its path below the output folder; the same input gives the same text
 * @throws SchemasError `schema-invalid` when a schema cannot become code; `schemas check` finds out earlier and better.
 * `config-invalid` when branded ids are of no field
 */
export function generatePackages(
  events: readonly GeneratorEvent[],
  options: PackageOptions,
): ReadonlyMap<string, string> {
  const { brandedIds = new Map<string, string>() } = options;
  const all = events.map((event): PackageEvent => {
    const module = generateEventModule(event, brandedIds);
    return { event, module, examples: generateExampleModule(event, module, brandedIds) };
  });
  const records = all.flatMap(recordsOf);
  checkBrandedFields(records, brandedIds);
  // A constructor checks the same in every package: what holds for all of them.
  const brands = uuidBrands(records, brandedIds);
  const domains = Map.groupBy(all, ({ event }) => event.name.domain);
  const files = new Map<string, string>();
  for (const domain of [...domains.keys()].toSorted()) {
    const packageEvents = domains.get(domain) ?? [];
    checkDistinct(packageEvents);
    const own = new Set(uuidBrands(packageEvents.flatMap(recordsOf), brandedIds).keys());
    const ownBrands = new Map([...brands].filter(([brand]) => own.has(brand)).toSorted(byName));
    for (const [path, text] of packageFiles(domain, packageEvents, ownBrands, options)) {
      files.set(`${folderOf(domain)}/${path}`, text);
    }
  }
  return files;
}

function packageFiles(
  domain: string,
  events: readonly PackageEvent[],
  brands: ReadonlyMap<string, boolean>,
  options: PackageOptions,
): ReadonlyMap<string, string> {
  const content = { events, brands: [...brands.keys()] };
  const files = new Map([
    ["package.json", generateManifest(domain, content, options)],
    ["tsconfig.json", generateTsconfig(options)],
    ["manifest.json", generateEventManifest(domain, events, options)],
    ["README.md", generateReadme(domain, content, options)],
    ["src/index.ts", generateIndex(domain, content)],
  ]);
  if (brands.size > 0) files.set("src/ids.ts", generateIdsModule(domain, brands));
  for (const { event, module, examples } of events) {
    const path = `src/${event.name.entity}.${event.name.action}`;
    files.set(`${path}.ts`, module.text);
    if (examples !== null) files.set(`${path}.testing.ts`, examples);
  }
  return files;
}

function recordsOf({ module }: PackageEvent): readonly RecordType[] {
  return module.versions.map(({ record }) => record);
}

function byName([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** `orders.order.item_placed` and `orders.order_item.placed` would both be OrderItemPlaced. */
function checkDistinct(events: readonly PackageEvent[]): void {
  const owners = new Map<string, string>();
  for (const { event, module } of events) {
    for (const name of [...module.types, ...module.values]) {
      const owner = owners.get(name);
      if (owner !== undefined) {
        throw new SchemasError(
          "schema-invalid",
          `The events ${owner} and ${event.name.type} both become "${name}" in TypeScript. Rename one of them.`,
        );
      }
      owners.set(name, event.name.type);
    }
  }
}
