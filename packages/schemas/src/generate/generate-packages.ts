import { SchemasError } from "../errors.ts";
import { generateEventManifest } from "./event-manifest.ts";
import { generateEventModule } from "./event-module.ts";
import { generateExampleModule } from "./example-module.ts";
import type { GeneratorEvent, PackageOptions } from "./generator-input.ts";
import { folderOf } from "./names.ts";
import {
  type PackageEvent,
  generateIndex,
  generateManifest,
  generateReadme,
  generateTsconfig,
} from "./package-files.ts";

/**
 * The npm packages of a schema tree, one for each domain.
 *
 * @returns the text of each file by its path below the output folder; the same input gives the same text
 * @throws SchemasError `schema-invalid` when a schema cannot become code; `schemas check` finds out earlier and better
 */
export function generatePackages(
  events: readonly GeneratorEvent[],
  options: PackageOptions,
): ReadonlyMap<string, string> {
  const domains = Map.groupBy(events, ({ name }) => name.domain);
  const files = new Map<string, string>();
  for (const domain of [...domains.keys()].toSorted()) {
    const packageEvents = (domains.get(domain) ?? []).map((event): PackageEvent => {
      const module = generateEventModule(event);
      return { event, module, examples: generateExampleModule(event, module) };
    });
    checkDistinct(packageEvents);
    const folder = folderOf(domain);
    files.set(`${folder}/package.json`, generateManifest(domain, packageEvents, options));
    files.set(`${folder}/tsconfig.json`, generateTsconfig(options));
    files.set(`${folder}/manifest.json`, generateEventManifest(domain, packageEvents, options));
    files.set(`${folder}/README.md`, generateReadme(domain, packageEvents, options));
    files.set(`${folder}/src/index.ts`, generateIndex(domain, packageEvents));
    for (const { event, module, examples } of packageEvents) {
      const path = `${folder}/src/${event.name.entity}.${event.name.action}`;
      files.set(`${path}.ts`, module.text);
      if (examples !== null) files.set(`${path}.testing.ts`, examples);
    }
  }
  return files;
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
