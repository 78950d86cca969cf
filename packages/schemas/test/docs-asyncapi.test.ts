import { createRequire } from "node:module";
import { describe, expect, it } from "@jest/globals";
import { Ajv } from "ajv";
import { parse } from "yaml";
import { asyncapiFiles, asyncapiOf } from "../src/docs-formats/asyncapi.ts";
import { yamlText } from "../src/docs-formats/yaml-text.ts";
import { catalogueOf, richFiles } from "./catalogue-fixture.ts";

const require = createRequire(import.meta.url);
const schema = require("@asyncapi/specs/schemas/3.0.0-without-$id.json") as object;

const catalogue = catalogueOf(richFiles);
const documents = asyncapiFiles(catalogue);

/** What a pointer such as `#/channels/a` leads to. */
function follow(document: unknown, pointer: string): unknown {
  const steps = pointer.slice(2).split("/");
  return steps.reduce<unknown>((value, step) => (value as Record<string, unknown> | undefined)?.[step], document);
}

describe("AsyncAPI", () => {
  it("is valid by the official schema of AsyncAPI 3.0", () => {
    const validate = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(schema);
    for (const [name, document] of documents) {
      const isValid = validate(document);
      expect([name, isValid ? [] : validate.errors]).toEqual([name, []]);
    }
    // The check itself can fail.
    expect(validate({ ...documents[0]?.[1], channels: { a: { adress: "typo" } } })).toBe(false);
  });

  it("has references that lead somewhere, and operations whose messages are those of their channel", () => {
    for (const [, document] of documents) {
      const pointers = Array.from(
        JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g),
        ([, pointer = ""]) => pointer,
      );
      expect(pointers.length).toBeGreaterThan(0);
      expect(pointers.filter((pointer) => follow(document, pointer) === undefined)).toEqual([]);
    }
    const operations = Object.values(
      asyncapiOf(catalogue, null)["operations"] as Record<
        string,
        { channel: { $ref: string }; messages: { $ref: string }[] }
      >,
    );
    for (const { channel, messages } of operations)
      for (const message of messages) expect(message.$ref.startsWith(`${channel.$ref}/messages/`)).toBe(true);
  });

  it("carries the Avro schema, the headers and the key of each version", () => {
    expect(follow(documents[0]?.[1], "#/components/messages")).toMatchObject({
      "orders.order.placed.v1": {
        headers: { allOf: [{}, { properties: { ce_version: { const: "1" } } }] },
        payload: { schemaFormat: "application/vnd.apache.avro+json;version=1.9.0", schema: { name: "OrderPlaced" } },
        bindings: { kafka: { key: { type: "string" }, schemaLookupStrategy: "TopicRecordNameStrategy" } },
      },
    });
  });

  it("gives a service what its contract names", () => {
    const [, email] = documents.find(([name]) => name === "services/email") ?? [];
    expect(email).toMatchObject({
      operations: {
        "receive.orders.order": { action: "receive", "x-fields-read": { "orders.order.placed": ["orderId"] } },
      },
    });
    expect(Object.keys(follow(email, "#/components/messages") as object)).toEqual([
      "orders.order.placed.v12",
      "orders.order.placed.v13",
      "users.user.registered.v1",
    ]);
  });

  it("is the same in YAML", () => {
    for (const [, document] of documents)
      expect(parse(yamlText(document))).toEqual(JSON.parse(JSON.stringify(document)));
  });
});
