import { posix } from "node:path";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { HtmlValidate } from "html-validate";
import { siteFiles } from "../src/docs-site/site-files.ts";
import { catalogueOf, hostile, richFiles } from "./catalogue-fixture.ts";
import { lockOf, orderRecord } from "./tree-fixture.ts";

const validator = new HtmlValidate({
  root: true,
  extends: ["html-validate:recommended", "html-validate:document", "html-validate:a11y"],
  rules: {
    "long-title": "off",
    "no-trailing-whitespace": "off",
    "heading-level": "error",
    "no-inline-style": "error",
    "valid-id": ["error", { relaxed: true }],
    // The stylesheet is the site's own, from the same place.
    "require-sri": "off",
  },
});

let files: ReadonlyMap<string, string>;
beforeAll(() => {
  files = siteFiles(catalogueOf(richFiles, { title: `Shop ${hostile}`, lock: lockOf(richFiles) }));
});

const pagesOf = (site: ReadonlyMap<string, string>) => [...site].filter(([path]) => path.endsWith(".html"));

describe("the site", () => {
  it("has a page for each event, topic and service", () => {
    expect(pagesOf(files).map(([path]) => path)).toEqual([
      "index.html",
      "events/orders.order.cancelled.html",
      "events/orders.order.placed.html",
      "events/users.user.registered.html",
      "topics/orders.order.html",
      "topics/users.user.html",
      "services/audit.html",
      "services/email.html",
    ]);
  });

  it("is valid HTML with unique ids and headings in order, whatever the texts of schemas", async () => {
    const problems: string[] = [];
    for (const [path, text] of pagesOf(files)) {
      const { results } = await validator.validateString(text, path);
      for (const { messages } of results)
        problems.push(
          ...messages.map(({ ruleId, line, column, message }) => `${path}:${line}:${column} ${ruleId} ${message}`),
        );
    }
    expect(problems).toEqual([]);
  });

  it("has no link that leads nowhere, and none that leaves the site", () => {
    const ids = new Map(
      pagesOf(files).map(([path, text]) => [
        path,
        new Set(Array.from(text.matchAll(/ id="([^"]*)"/g), ([, id]) => id)),
      ]),
    );
    const dead: string[] = [];
    for (const [path, text] of pagesOf(files)) {
      for (const [, link = ""] of text.matchAll(/ (?:href|src|action)="([^"]*)"/g)) {
        const [file = "", fragment] = link.split("#");
        const target = file === "" ? path : posix.join(posix.dirname(path), file);
        const isThere = files.has(target) && (fragment === undefined || ids.get(target)?.has(fragment) === true);
        if (!isThere) dead.push(`${path}: ${link}`);
      }
    }
    expect(dead).toEqual([]);
    for (const [path, text] of files) expect([path, text.match(/https?:\/\//)]).toEqual([path, null]);
  });

  it("lets no text of a schema become markup", () => {
    for (const [path, text] of pagesOf(files)) {
      const scripts = Array.from(text.matchAll(/<script\b[^>]*>/g), ([tag]) => tag);
      expect([path, scripts]).toEqual([path, path === "index.html" ? ["<script>"] : []]);
      expect(text).not.toMatch(/<!-- -->|alert\(1\)<\/script>/);
      // oxlint-disable-next-line no-control-regex
      expect(text).not.toMatch(/[\u0000\u001b]/);
    }
    const page = files.get("events/orders.order.placed.html") ?? "";
    expect(page).toContain("&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;");
    // In code a character that turns the direction is shown as its escape.
    expect(page).toMatch(/<code><bdi>[^\n]*\\u202edesrever/);
  });

  it("is the same for the same tree", () => {
    const again = siteFiles(catalogueOf(richFiles, { title: `Shop ${hostile}`, lock: lockOf(richFiles) }));
    expect([...again]).toEqual([...files]);
  });

  it("works for an empty tree, and for names that differ in case alone", () => {
    expect(siteFiles(catalogueOf({})).get("index.html")).toContain("The tree has no events yet");
    const config = {
      events: { "orders.order.placed": { topic: "Orders" }, "orders.order.cancelled": { topic: "orders" } },
    };
    const site = siteFiles(
      catalogueOf(
        {
          "orders/order.placed/v1.avsc": orderRecord(),
          "orders/order.cancelled/v1.avsc": orderRecord([], "OrderCancelled"),
        },
        { config },
      ),
    );
    const paths = [...site.keys()];
    expect(new Set(paths.map((path) => path.toLowerCase())).size).toBe(paths.length);
  });
});

describe("the page of an event", () => {
  const page = () => files.get("events/orders.order.placed.html") ?? "";

  it("tells of versions by generation with what changed", () => {
    expect(page()).toContain('<h3 id="generation-2">Generation 2</h3>');
    expect(page()).toContain("It begins a new generation: consumers add an upcaster from v12.");
    expect(page()).toContain("v12 reads what v11 writes.");
    expect(page()).toContain("4 earlier versions");
  });

  it("shows deprecations, aliases, defaults, huge enums and recursion", () => {
    expect(page()).toContain("<s><code>old</code></s>");
    expect(page()).toContain("Also read from <code>payment</code>");
    expect(page()).toContain("300 symbols of Status");
    expect(page()).toContain("The fields of Node stand above.");
    expect(files.get("events/orders.order.cancelled.html")).toContain('<span class="badge warn">deprecated</span>');
  });

  it("shows how to publish and handle it", () => {
    expect(page()).toContain("import { orderPlaced } from &quot;@acme-events/orders/order.placed&quot;;");
    expect(page()).toContain("12: (data) =&gt; upcastV12(data), // OrderPlacedV12 to OrderPlacedV13: yours to write");
    const without = siteFiles(catalogueOf(richFiles, { config: {} }));
    expect(without.get("events/orders.order.placed.html")).not.toContain("In TypeScript");
  });

  it("names the consumers with their owners and who lags behind", () => {
    expect(page()).toMatch(
      /services\/audit\.html[^]*team-audit[^]*all of it[^]*v1 <span class="badge warn">not v13<\/span>/,
    );
    expect(page()).toContain('<a href="#field-orderId"><code>order<wbr>Id</code></a>');
    expect(files.get("events/users.user.registered.html")).toContain("services/email.html");
  });
});
