import type { Catalogue, ConsumerEntry, EventEntry } from "../catalogue/catalogue.ts";
import { exampleOf } from "../catalogue/event-sample.ts";
import { flowOfEvents } from "../diagrams/flow-graph.ts";
import { describeRecords, recordGraphOf } from "../diagrams/record-graph.ts";
import { recordSvg } from "../diagrams/record-svg.ts";
import { layOutJson } from "../json-layout.ts";
import { indentedJson } from "../json-text.ts";
import { estimateSize } from "../lint/size-estimate.ts";
import { fieldId, fieldTable, visibleJson } from "./field-table.ts";
import { domainId, flowFigure } from "./flow-figure.ts";
import { html, type HtmlValue, type Markup } from "./html.ts";
import { badge, codeBlock, renderPage, scrolling, section } from "./page.ts";
import type { SitePaths } from "./site-paths.ts";
import { breakable, count, prose, versionList } from "./text.ts";
import { handleSnippet, publishSnippet } from "./usage-snippets.ts";
import { versionHistory } from "./version-history.ts";

/** A part of the page, with its place in the list of contents. */
interface Part {
  readonly id: string;
  readonly title: string;
  readonly body: HtmlValue;
}

/** The page of one event. */
export function eventPage({ title }: Catalogue, event: EventEntry, paths: SitePaths): string {
  const parts = partsOf(event, paths);
  const body = html`<div class="with-contents">
<nav class="contents" aria-label="On this page"><ul>${parts.map(({ id, title: label }) => html`<li><a href="#${id}">${label}</a></li>`)}</ul></nav>
<div class="page">
${head(event, paths)}${parts.map(({ id, title: label, body: part }) => section(id, label, part))}</div>
</div>`;
  const { domain, entity, action } = event.name;
  return renderPage({
    site: title,
    title: `${event.type} - ${title}`,
    root: "../",
    trail: [
      [title, "../index.html"],
      [domain, `../index.html#${domainId(domain)}`],
      [`${entity}.${action}`, null],
    ],
    body,
  });
}

function partsOf(event: EventEntry, paths: SitePaths): readonly Part[] {
  const { newest } = event;
  const example = exampleOf(newest);
  const records = recordGraphOf(newest.record);
  return [
    { id: "flow", title: "Flow", body: flowPart(event, paths) },
    { id: "fields", title: "Fields", body: fieldTable(event.fields) },
    ...(records.links.length === 0 ? [] : [{ id: "records", title: "Records", body: recordsPart(event) }]),
    { id: "example", title: "Example", body: examplePart(example) },
    ...(event.importPath === null
      ? []
      : [{ id: "typescript", title: "In TypeScript", body: snippets(event, example) }]),
    { id: "consumers", title: "Consumers", body: consumerTable(event, paths) },
    { id: "versions", title: "Versions", body: versionHistory(event) },
    { id: "schema", title: "Schema", body: schemaPart(event) },
  ];
}

function head(event: EventEntry, paths: SitePaths): Markup {
  const { newest, topic } = event;
  const { bytes } = estimateSize(newest.record);
  const facts: readonly (readonly [string, HtmlValue])[] = [
    ["Topic", html`<a href="../${paths.topic(topic)}"><code>${breakable(topic)}</code></a>`],
    [
      "Key",
      newest.key === null
        ? "none: events keep no order"
        : html`<a href="#${fieldId(newest.key)}"><code>${breakable(newest.key)}</code></a>`,
    ],
    [
      event.generations.length === 1 ? "Subject" : "Subjects",
      event.generations.toReversed().map(({ subject }) => html`<code class="row">${breakable(subject)}</code>`),
    ],
    ["Record", html`<code>${breakable(newest.record.fullName)}</code>`],
    ["Typical size", `about ${count(bytes, "byte")}`],
    ["File", html`<code>${breakable(newest.file)}</code>`],
  ];
  const { deprecated, record } = newest;
  return html`<h1 class="name">${breakable(event.type)}</h1>
<p class="badges">${badge(`v${newest.version}`)} ${badge(newest.state, newest.state === "released" ? "good" : "warn")}${deprecated === null ? null : html` ${badge("deprecated", "warn")}`}</p>
${deprecated === null || deprecated === record.doc ? null : html`<div class="warning">${prose(deprecated)}</div>\n`}<div class="lead">${record.doc === null ? html`<p class="quiet">The schema does not say what this event means.</p>` : prose(record.doc)}</div>
<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
`;
}

function flowPart(event: EventEntry, paths: SitePaths): Markup {
  const title = `From the domain ${event.name.domain} to those who read ${event.type}`;
  return flowFigure(flowOfEvents([event]), { paths, root: "../", title, mermaid: `diagrams/${event.type}.flow.mmd` });
}

function recordsPart({ newest, type }: EventEntry): Markup {
  const graph = recordGraphOf(newest.record);
  const title = `The records of ${type}`;
  return html`<figure>
${scrolling(title, recordSvg(graph, { id: "record-diagram", title }))}
<figcaption><details><summary>In words</summary><p>${describeRecords(graph)}</p></details> <a href="../diagrams/${type}.records.mmd">Mermaid source</a></figcaption>
</figure>`;
}

function examplePart(example: object | null): Markup {
  if (example === null) return html`<p class="quiet">No value of this schema can end, so there is no example.</p>`;
  return html`<p class="quiet">Made up, as <code>schemas sample</code> makes them.</p>
${codeBlock("Example as JSON", visibleJson(indentedJson(example)))}`;
}

function snippets(event: EventEntry, example: object | null): Markup {
  return html`<h3 id="publish">Publish it</h3>
${codeBlock("TypeScript that publishes the event", visibleJson(publishSnippet(event, example)))}
<h3 id="handle">Handle it</h3>
${codeBlock("TypeScript that handles the event", handleSnippet(event))}`;
}

function consumerTable({ consumers, newest, fields }: EventEntry, paths: SitePaths): Markup {
  if (consumers.length === 0) {
    return html`<p class="quiet">No contract says that a service reads this event. A service tells so in <code>consumers/&lt;service&gt;.json</code>.</p>`;
  }
  const known = new Set(fields.map(({ path }) => path));
  const rows = consumers.map(
    (
      consumer,
    ) => html`<tr><th scope="row"><a class="name" href="../${paths.service(consumer.service)}">${breakable(consumer.service)}</a></th>
<td>${consumer.owner}</td>
<td class="says">${fieldLinks(consumer.fields, known, "")}</td>
<td>${versionList(consumer.versions)}${behind(consumer, newest.version)}</td></tr>
`,
  );
  return html`<table class="list uses">
<thead><tr><th scope="col">Service</th><th scope="col">Owner</th><th scope="col">Fields</th><th scope="col">Versions</th></tr></thead>
<tbody>
${rows}</tbody>
</table>`;
}

/** Whether a service is not written against the newest version. */
function behind({ versions }: Pick<ConsumerEntry, "versions">, newest: number): HtmlValue {
  return versions.includes(newest) ? null : html` ${badge(`not v${newest}`, "warn")}`;
}

/** The fields that a service reads, each a link where the newest version has it. */
export function fieldLinks(fields: readonly string[] | null, known: ReadonlySet<string>, page: string): HtmlValue {
  if (fields === null) return "all of it";
  const items = fields.map((path) => {
    const shown = html`<code>${breakable(path)}</code>`;
    return html`<li>${known.has(path) ? html`<a href="${page}#${fieldId(path)}">${shown}</a>` : shown}</li>`;
  });
  return html`<ul class="symbols">${items}</ul>`;
}

function schemaPart({ newest }: EventEntry): Markup {
  return html`<details><summary>Avro schema of v${newest.version}</summary>${codeBlock("Avro schema", visibleJson(layOutJson(newest.text)))}</details>`;
}
