import { describe, expect, it } from "@jest/globals";
import { parse } from "yaml";
import { eventcatalogFiles } from "../src/docs-formats/eventcatalog.ts";
import { catalogueOf, richFiles } from "./catalogue-fixture.ts";

const files = eventcatalogFiles(catalogueOf(richFiles));

/**
 * The collections of EventCatalog 4.7.5, packages/core/eventcatalog/src/content.config.ts: which paths belong to them,
 * which keys they know (others must begin with `x-`), and what each value must be.
 */
const text = (value: unknown) => typeof value === "string";
const optionalText = (value: unknown) => value === undefined || text(value);
const listOf = (check: (item: unknown) => boolean) => (value: unknown) =>
  value === undefined || (Array.isArray(value) && value.every(check));
const members = (keys: Readonly<Record<string, (value: unknown) => boolean>>) => (value: unknown) =>
  typeof value === "object" &&
  value !== null &&
  Object.entries(keys).every(([key, check]) => check((value as Record<string, unknown>)[key])) &&
  Object.keys(value).every((key) => key in keys);
const pointer = members({ id: text, version: optionalText });
const base = {
  id: text,
  name: text,
  version: text,
  summary: optionalText,
  owners: listOf(text),
  badges: listOf(members({ content: text, backgroundColor: text, textColor: text })),
  schemaPath: optionalText,
  deprecated: (value: unknown) => value === undefined || members({ message: optionalText })(value),
};
const collections = [
  {
    path: /^domains\/[^/]+\/index\.mdx$/,
    keys: { ...base, sends: listOf(members({ id: text, version: optionalText, to: listOf(pointer) })) },
  },
  {
    path: /^domains\/[^/]+\/events\/[^/]+\/(?:versioned\/[^/]+\/)?index\.mdx$/,
    keys: { ...base, channels: listOf(pointer) },
  },
  {
    path: /^channels\/[^/]+\/index\.mdx$/,
    keys: {
      ...base,
      address: optionalText,
      protocols: listOf(text),
      deliveryGuarantee: (value: unknown) => value === "at-least-once",
    },
  },
  {
    path: /^services\/[^/]+\/index\.mdx$/,
    keys: {
      ...base,
      receives: listOf(members({ id: text, version: optionalText, fields: listOf(text), from: listOf(pointer) })),
    },
  },
];

const pages = [...files].filter(([path]) => path.endsWith(".mdx"));
const frontmatterOf = (page: string) => parse(/^---\n([^]*?)\n---\n/.exec(page)?.[1] ?? "") as Record<string, unknown>;

describe("EventCatalog", () => {
  it("has frontmatter that its collections take", () => {
    for (const [path, page] of pages) {
      const collection = collections.find((known) => known.path.test(path));
      const data = frontmatterOf(page);
      const keys: Readonly<Record<string, (value: unknown) => boolean>> = collection?.keys ?? {};
      const wrong = Object.keys({ ...keys, ...data }).filter(
        (key) => !(keys[key]?.(data[key]) ?? key.startsWith("x-")),
      );
      expect([path, wrong]).toEqual([path, []]);
    }
  });

  it("points at events, versions and channels that are there", () => {
    const ids = new Set(
      pages.map(([, page]) => frontmatterOf(page)).map(({ id, version }) => `${String(id)} ${String(version)}`),
    );
    for (const [path, page] of pages) {
      const {
        sends = [],
        receives = [],
        channels = [],
      } = frontmatterOf(page) as Record<string, { id: string; version: string }[]>;
      const gone = [...sends, ...receives, ...channels].filter(({ id, version }) => !ids.has(`${id} ${version}`));
      expect([path, gone]).toEqual([path, []]);
    }
  });

  it("holds each version with its schema beside it, the newest in the event's folder", () => {
    const folder = "domains/orders/events/orders.order.placed";
    expect(frontmatterOf(files.get(`${folder}/index.mdx`) ?? "")).toMatchObject({
      version: "13.0.0",
      schemaPath: "schema.avsc",
    });
    expect(JSON.parse(files.get(`${folder}/versioned/12.0.0/schema.avsc`) ?? "")).toMatchObject({
      name: "OrderPlaced",
    });
  });

  it("lets no text of a schema become MDX", () => {
    for (const [path, page] of pages) {
      const body = page.replace(/^---\n[^]*?\n---\n/, "");
      const tags = Array.from(body.matchAll(/<[^>]*>/g), ([tag]) => tag);
      expect([
        path,
        tags.filter(
          (tag) => !/^<(?:NodeGraph|ChannelInformation|SchemaViewer file="schema.avsc" title="Schema") \/>$/.test(tag),
        ),
      ]).toEqual([path, []]);
      expect([path, body.match(/[{}]/)]).toEqual([path, null]);
    }
  });
});
