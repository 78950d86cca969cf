import type { Catalogue, EventEntry, TopicEntry } from "../catalogue/catalogue.ts";
import { flowOfEvents } from "../diagrams/flow-graph.ts";
import { flowFigure } from "./flow-figure.ts";
import { html, type HtmlValue, type Markup } from "./html.ts";
import { renderPage, section } from "./page.ts";
import type { SitePaths } from "./site-paths.ts";
import { breakable, count, firstSentence, inlineDoc } from "./text.ts";

/** The page of a topic. */
export function topicPage({ title }: Catalogue, topic: TopicEntry, paths: SitePaths): string {
  const { name, events } = topic;
  const readers = new Set(events.flatMap(({ consumers }) => consumers.map(({ service }) => service)));
  const figure = flowFigure(flowOfEvents(events), {
    paths,
    root: "../",
    title: `Who writes to ${name} and who reads it`,
    mermaid: mermaidPath(topic, paths),
  });
  const body = html`<h1 class="name">${breakable(name)}</h1>
<p class="lead">A Kafka topic with ${count(events.length, "event")}${readers.size === 0 ? "" : `, read by ${count(readers.size, "service")}`}. ${orderOf(events)}</p>
${section("flow", "Flow", figure)}${section("events", "Events on it", eventTable(events, paths))}${section("subjects", "Registry subjects", subjectList(events))}`;
  return renderPage({
    site: title,
    title: `${name} - ${title}`,
    root: "../",
    trail: [
      [title, "../index.html"],
      ["Topics", "../index.html#topics"],
      [name, null],
    ],
    body,
  });
}

/** Where the Mermaid source of a topic's flow stands: named as its page is. */
export function mermaidPath({ name }: TopicEntry, paths: SitePaths): string {
  return `diagrams/${paths
    .topic(name)
    .replace(/^topics\//, "topic.")
    .replace(/html$/, "mmd")}`;
}

function orderOf(events: readonly EventEntry[]): HtmlValue {
  const keys = [...new Set(events.map(({ newest }) => newest.key))];
  const [key] = keys;
  if (keys.length !== 1) return "Each event has its own key, named below.";
  return key === null || key === undefined
    ? "Its events keep no order."
    : html`Events of one <code>${key}</code> stay in order.`;
}

function eventTable(events: readonly EventEntry[], paths: SitePaths): Markup {
  const rows = events.map(
    ({
      type,
      newest,
      consumers,
    }) => html`<tr><th scope="row"><a class="name" href="../${paths.event(type)}">${breakable(type)}</a></th>
<td class="says">${newest.record.doc === null ? null : inlineDoc(firstSentence(newest.record.doc))}</td>
<td class="short">v${newest.version}</td>
<td class="short">${newest.key === null ? html`<span class="quiet">no key</span>` : html`<code>${newest.key}</code>`}</td>
<td class="short">${consumers.length === 0 ? html`<span class="quiet">no known consumer</span>` : count(consumers.length, "consumer")}</td></tr>
`,
  );
  return html`<table class="list">
<thead><tr><th scope="col">Event</th><th scope="col">What it says</th><th scope="col">Version</th><th scope="col">Key</th><th scope="col">Read by</th></tr></thead>
<tbody>
${rows}</tbody>
</table>`;
}

function subjectList(events: readonly EventEntry[]): Markup {
  const subjects = events.flatMap(({ generations }) => generations.map(({ subject }) => subject));
  return html`<ul class="subjects">${subjects.map((subject) => html`<li><code>${breakable(subject)}</code></li>`)}</ul>`;
}
