import type { Catalogue } from "../catalogue/catalogue.ts";
import type { DocsFormat } from "../docs-output/output-manifest.ts";
import { siteFiles } from "../docs-site/site-files.ts";
import { SchemasError } from "../errors.ts";
import { asyncapiFiles, asyncapiOf } from "./asyncapi.ts";
import { eventcatalogFiles } from "./eventcatalog.ts";
import { mermaidDocument, mermaidFiles } from "./mermaid-files.ts";
import { yamlText } from "./yaml-text.ts";

/** What of a catalogue is asked for. */
export interface DocsRequest {
  readonly format: DocsFormat;
  /** The folder; undefined to print. */
  readonly out?: string;
  readonly check?: true;
  readonly yaml?: true;
  readonly service?: string;
}

/** A text to be printed, or files for a folder. */
export type DocsPlan =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "files"; readonly out: string; readonly files: ReadonlyMap<string, string> };

/** @throws SchemasError `usage` when options do not fit together, or name a service that has no contract */
export function planDocs(catalogue: Catalogue, request: DocsRequest): DocsPlan {
  refuseMisfits(catalogue, request);
  const { out } = request;
  if (out !== undefined) return { kind: "files", out, files: filesOf(catalogue, request) };
  if (request.format === "mermaid") return { kind: "text", text: mermaidDocument(catalogue) };
  const document = asyncapiOf(catalogue, serviceOf(catalogue, request));
  return { kind: "text", text: written(document, request) };
}

function refuseMisfits({ services }: Catalogue, { format, out, check, yaml, service }: DocsRequest): void {
  const refuse = (message: string): never => {
    throw new SchemasError("usage", message);
  };
  if (format !== "asyncapi" && yaml === true) refuse("--yaml is for --format asyncapi.");
  if (format !== "asyncapi" && service !== undefined) refuse("--service is for --format asyncapi.");
  if (out !== undefined && service !== undefined) {
    refuse("--service prints one document, and --out writes those of all services. Give one of the two.");
  }
  if (out === undefined && check === true) refuse("--check compares with a folder. Name it with --out.");
  if (out === undefined && (format === "html" || format === "eventcatalog")) {
    refuse(`The form ${format} is a folder of files. Name it with --out, such as --out public.`);
  }
  if (service !== undefined && !services.some(({ name }) => name === service)) {
    const known = services.length === 0 ? "the tree has none" : `it has ${services.map(({ name }) => name).join(", ")}`;
    refuse(`The tree has no contract of a service "${service}"; ${known}. A contract is consumers/<service>.json.`);
  }
}

function serviceOf({ services }: Catalogue, { service }: DocsRequest) {
  return services.find(({ name }) => name === service) ?? null;
}

function filesOf(catalogue: Catalogue, request: DocsRequest): ReadonlyMap<string, string> {
  switch (request.format) {
    case "html":
      return siteFiles(catalogue);
    case "mermaid":
      return mermaidFiles(catalogue);
    case "eventcatalog":
      return eventcatalogFiles(catalogue);
    case "asyncapi": {
      const end = request.yaml === true ? "yaml" : "json";
      return new Map(
        asyncapiFiles(catalogue).map(([name, document]) => [`${name}.${end}`, written(document, request)]),
      );
    }
  }
}

function written(document: object, { yaml }: DocsRequest): string {
  return yaml === true ? yamlText(document) : `${JSON.stringify(document, null, 2)}\n`;
}
