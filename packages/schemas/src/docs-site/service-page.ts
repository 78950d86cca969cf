import type { Catalogue, ServiceEntry, ServiceRead } from "../catalogue/catalogue.ts";
import { flowOfEvents } from "../diagrams/flow-graph.ts";
import { fieldLinks } from "./event-page.ts";
import { flowFigure } from "./flow-figure.ts";
import { html, type Markup } from "./html.ts";
import { badge, renderPage, section } from "./page.ts";
import type { SitePaths } from "./site-paths.ts";
import { breakable, count, prose, versionList } from "./text.ts";

/** The page of a service that reads events. */
export function servicePage({ title }: Catalogue, service: ServiceEntry, paths: SitePaths): string {
  const { name, owner, description, reads } = service;
  const topics = new Set(reads.map(({ event }) => event.topic));
  const flow = flowOfEvents(
    reads.map(({ event }) => event),
    name,
  );
  const body = html`<h1 class="name">${breakable(name)}</h1>
<div class="lead">${description === null ? null : prose(description)}</div>
<dl class="facts"><div><dt>Owner</dt><dd>${owner}</dd></div><div><dt>Reads</dt><dd>${count(reads.length, "event")} on ${count(topics.size, "topic")}</dd></div></dl>
${reads.length === 0 ? null : section("flow", "Flow", flowFigure(flow, { paths, root: "../", title: `What ${name} reads, and from where`, mermaid: mermaidPath(service, paths) }))}${section("reads", "Events it reads", reads.length === 0 ? html`<p class="quiet">It reads no events.</p>` : readTable(reads, paths))}`;
  return renderPage({
    site: title,
    title: `${name} - ${title}`,
    root: "../",
    trail: [
      [title, "../index.html"],
      ["Services", "../index.html#services"],
      [name, null],
    ],
    body,
  });
}

/** Where the Mermaid source of a service's flow stands: named as its page is. */
export function mermaidPath({ name }: ServiceEntry, paths: SitePaths): string {
  return `diagrams/${paths
    .service(name)
    .replace(/^services\//, "service.")
    .replace(/html$/, "mmd")}`;
}

function readTable(reads: readonly ServiceRead[], paths: SitePaths): Markup {
  const rows = reads.map(({ event, versions, fields }) => {
    const page = `../${paths.event(event.type)}`;
    const known = new Set(event.fields.map(({ path }) => path));
    const isBehind = !versions.includes(event.newest.version);
    return html`<tr><th scope="row"><a class="name" href="${page}">${breakable(event.type)}</a></th>
<td><a href="../${paths.topic(event.topic)}"><code>${breakable(event.topic)}</code></a></td>
<td class="says">${fieldLinks(fields, known, page)}</td>
<td>${versionList(versions)}${isBehind ? html` ${badge(`newest is v${event.newest.version}`, "warn")}` : null}</td></tr>
`;
  });
  return html`<table class="list uses">
<thead><tr><th scope="col">Event</th><th scope="col">Topic</th><th scope="col">Fields</th><th scope="col">Versions</th></tr></thead>
<tbody>
${rows}</tbody>
</table>`;
}
