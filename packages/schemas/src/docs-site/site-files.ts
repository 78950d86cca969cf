import type { Catalogue } from "../catalogue/catalogue.ts";
import { flowOfCatalogue, flowOfEvents } from "../diagrams/flow-graph.ts";
import { flowMermaid, recordMermaid } from "../diagrams/mermaid.ts";
import { recordGraphOf } from "../diagrams/record-graph.ts";
import { eventPage } from "./event-page.ts";
import { indexPage } from "./index-page.ts";
import { stylesheetPath } from "./page.ts";
import { mermaidPath as serviceDiagram, servicePage } from "./service-page.ts";
import { type SitePaths, sitePathsOf } from "./site-paths.ts";
import { stylesheet } from "./stylesheet.ts";
import { mermaidPath as topicDiagram, topicPage } from "./topic-page.ts";

/** Every file of the catalogue's site by path; the same for the same catalogue. */
export function siteFiles(catalogue: Catalogue): ReadonlyMap<string, string> {
  const paths = sitePathsOf(catalogue);
  return new Map([
    ["index.html", indexPage(catalogue, paths)],
    [stylesheetPath, stylesheet],
    ...catalogue.events.map((event) => [paths.event(event.type), eventPage(catalogue, event, paths)] as const),
    ...catalogue.topics.map((topic) => [paths.topic(topic.name), topicPage(catalogue, topic, paths)] as const),
    ...catalogue.services.map(
      (service) => [paths.service(service.name), servicePage(catalogue, service, paths)] as const,
    ),
    ...diagramFiles(catalogue, paths),
  ]);
}

/** The Mermaid source beside each drawing. */
function diagramFiles(catalogue: Catalogue, paths: SitePaths): readonly (readonly [string, string])[] {
  return [
    ["diagrams/flow.mmd", flowMermaid(flowOfCatalogue(catalogue))],
    ...catalogue.events.flatMap((event) => [
      [`diagrams/${event.type}.flow.mmd`, flowMermaid(flowOfEvents([event]))] as const,
      [`diagrams/${event.type}.records.mmd`, recordMermaid(recordGraphOf(event.newest.record))] as const,
    ]),
    ...catalogue.topics.map((topic) => [topicDiagram(topic, paths), flowMermaid(flowOfEvents(topic.events))] as const),
    ...catalogue.services.map((service) => {
      const flow = flowOfEvents(
        service.reads.map(({ event }) => event),
        service.name,
      );
      return [serviceDiagram(service, paths), flowMermaid(flow)] as const;
    }),
  ];
}
