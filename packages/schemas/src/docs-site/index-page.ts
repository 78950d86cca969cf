import type { Catalogue, EventEntry, ServiceEntry, TopicEntry } from "../catalogue/catalogue.ts";
import { versionsOf } from "../catalogue/catalogue.ts";
import { flowOfCatalogue } from "../diagrams/flow-graph.ts";
import { domainId, flowFigure } from "./flow-figure.ts";
import { html, type Markup } from "./html.ts";
import { badge, renderPage, section } from "./page.ts";
import type { SitePaths } from "./site-paths.ts";
import { breakable, count, firstSentence, inlineDoc } from "./text.ts";

/** `index.html`: every event by domain, then services and topics. */
export function indexPage(catalogue: Catalogue, paths: SitePaths): string {
  const { title, domains, topics, services } = catalogue;
  const body = html`<h1>${title}</h1>
<p class="lead">${summaryOf(catalogue)}</p>
<p id="found" class="found" role="status"></p>
${
  catalogue.events.length === 0
    ? html`<p>The tree has no events yet: make one with <code>schemas new</code>.</p>\n`
    : html`<div class="aside">${section("flow", "How events flow", flowFigure(flowOfCatalogue(catalogue), { paths, root: "", title: "Domains, their topics, and who reads them", mermaid: "diagrams/flow.mmd" }))}</div>
`
}${domains.map(({ name, events }) => group(domainId(name), name, eventTable(events, paths)))}${
  services.length === 0 ? null : group("services", "Services", serviceTable(services, paths))
}${topics.length === 0 ? null : group("topics", "Topics", topicTable(topics, paths))}`;
  return renderPage({ site: title, title, root: "", trail: [], body });
}

function summaryOf({ events, domains, topics, services }: Catalogue): string {
  const readers = services.length === 0 ? "" : `, read by ${count(services.length, "service")}`;
  return `${count(events.length, "event")} of ${count(domains.length, "domain")} on ${count(topics.length, "topic")}${readers}.`;
}

function group(id: string, title: string, table: Markup): Markup {
  return html`<div data-group>${section(id, title, table)}</div>
`;
}

function eventTable(events: readonly EventEntry[], paths: SitePaths): Markup {
  const rows = events.map(
    (event) => html`<tr data-find="${wordsOf(event)}">
<th scope="row"><a class="name" href="${paths.event(event.type)}">${breakable(`${event.name.entity}.${event.name.action}`)}</a></th>
<td class="says">${event.newest.record.doc === null ? null : inlineDoc(firstSentence(event.newest.record.doc))}</td>
<td class="short">${statesOf(event)}</td>
<td class="short">${event.consumers.length === 0 ? html`<span class="quiet">no known consumer</span>` : count(event.consumers.length, "consumer")}</td>
</tr>
`,
  );
  return html`<table class="list">
<thead><tr><th scope="col">Event</th><th scope="col">What it says</th><th scope="col">Version</th><th scope="col">Read by</th></tr></thead>
<tbody>
${rows}</tbody>
</table>`;
}

function statesOf({ newest }: EventEntry): Markup {
  return html`v${newest.version}${newest.state === "released" ? null : html` ${badge(newest.state, "warn")}`}${newest.deprecated === null ? null : html` ${badge("deprecated", "warn")}`}`;
}

/** What the search looks into: names, docs of the event, fields, and who reads it. */
function wordsOf(event: EventEntry): string {
  const { newest, consumers } = event;
  const fields = event.fields.map(({ name }) => name);
  const readers = consumers.flatMap(({ service, owner }) => [service, owner]);
  const versions = versionsOf(event).map(({ record }) => record.fullName);
  const words = [event.type, event.topic, newest.record.doc ?? "", ...versions, ...fields, ...readers];
  return [...new Set(words)].join(" ").toLowerCase();
}

function serviceTable(services: readonly ServiceEntry[], paths: SitePaths): Markup {
  const rows = services.map(
    ({
      name,
      owner,
      description,
      reads,
    }) => html`<tr data-find="${[name, owner, description ?? "", ...reads.map(({ event }) => event.type)].join(" ").toLowerCase()}">
<th scope="row"><a class="name" href="${paths.service(name)}">${breakable(name)}</a></th>
<td class="says">${description === null ? null : inlineDoc(firstSentence(description))}</td>
<td class="short">${owner}</td>
<td class="short">${count(reads.length, "event")}</td>
</tr>
`,
  );
  return html`<table class="list">
<thead><tr><th scope="col">Service</th><th scope="col">What it does</th><th scope="col">Owner</th><th scope="col">Reads</th></tr></thead>
<tbody>
${rows}</tbody>
</table>`;
}

function topicTable(topics: readonly TopicEntry[], paths: SitePaths): Markup {
  const rows = topics.map(
    ({ name, events }) => html`<tr data-find="${[name, ...events.map(({ type }) => type)].join(" ").toLowerCase()}">
<th scope="row"><a class="name" href="${paths.topic(name)}">${breakable(name)}</a></th>
<td class="says">${namesOf(events)}</td>
<td class="short">${count(events.length, "event")}</td>
</tr>
`,
  );
  return html`<table class="list topics">
<thead><tr><th scope="col">Topic</th><th scope="col">Events on it</th><th scope="col">Number</th></tr></thead>
<tbody>
${rows}</tbody>
</table>`;
}

const maxNames = 8;

function namesOf(events: readonly EventEntry[]): string {
  const names = events.slice(0, maxNames).map(({ name }) => `${name.entity}.${name.action}`);
  const rest = events.length - names.length;
  return [...names, ...(rest === 0 ? [] : [`and ${rest} more`])].join(", ");
}
