import type { Catalogue, EventEntry } from "../catalogue/catalogue.ts";
import { flowOfCatalogue, flowOfEvents } from "../diagrams/flow-graph.ts";
import { flowMermaid, recordMermaid } from "../diagrams/mermaid.ts";
import { recordGraphOf } from "../diagrams/record-graph.ts";

/** Every drawing as a file, and `README.md` with all of them, which GitHub and GitLab draw. */
export function mermaidFiles(catalogue: Catalogue): ReadonlyMap<string, string> {
  return new Map([
    ["README.md", mermaidDocument(catalogue)],
    ["flow.mmd", flowMermaid(flowOfCatalogue(catalogue))],
    ...catalogue.domains.map(({ name, events }) => [`${name}.mmd`, flowMermaid(flowOfEvents(events))] as const),
    ...catalogue.events.map((event) => [`${event.type}.mmd`, recordsOf(event)] as const),
  ]);
}

/** All drawings in one Markdown document. */
export function mermaidDocument(catalogue: Catalogue): string {
  const domains = catalogue.domains.flatMap(({ name, events }) => [
    `## ${name}`,
    fenced(flowMermaid(flowOfEvents(events))),
    ...events.flatMap((event) => [`### ${event.type}`, fenced(recordsOf(event))]),
  ]);
  return `${[`# ${titleText(catalogue.title)}`, fenced(flowMermaid(flowOfCatalogue(catalogue))), ...domains].join("\n\n")}\n`;
}

function recordsOf({ newest }: EventEntry): string {
  return recordMermaid(recordGraphOf(newest.record));
}

function fenced(source: string): string {
  return `\`\`\`mermaid\n${source}\`\`\``;
}

/** A title that is not markup in Markdown. */
function titleText(title: string): string {
  return title.replaceAll(/\s+/g, " ").replaceAll(/[\\`*_[\]<>#|&]/g, (character) => `\\${character}`);
}
