import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createRegistryClient } from "../src/registry-client.ts";
import { isSameSchema } from "../src/schema-identity.ts";

/** One answer of a registry. Apicurio's and Karapace's were recorded; Confluent's are those of its API reference. */
interface Reply {
  readonly method: string;
  readonly path: string;
  readonly request?: unknown;
  readonly status: number;
  readonly body: string;
}

const recorded: Readonly<Record<string, readonly Reply[]>> = JSON.parse(
  readFileSync(new URL("fixtures/registry-replies.json", import.meta.url), "utf8"),
);
const record = (...fields: readonly object[]) => JSON.stringify({ type: "record", name: "R", fields });
const registered = record({ name: "id", type: "string" });
const compatible = record({ name: "id", type: "string" }, { name: "n", type: "int", default: 0 });
const incompatible = record({ name: "other", type: "string" });

describe.each(Object.entries(recorded))("against the answers of %s", (_registry, replies) => {
  const server = createServer(async (request, response) => {
    const reply = await replyTo(request, replies);
    response.statusCode = reply?.status ?? 599; // one that no registry gives
    response.end(reply?.body);
  });
  const client = () => createRegistryClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });

  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve));
  });

  it("finds nothing of a subject that is not there", async () => {
    expect(await client().versions("absent")).toEqual([]);
    expect(await client().mode("absent")).toBeNull();
    expect(await client().find("absent", registered)).toBeNull();
  });

  it("finds what is registered, however the registry writes it", async () => {
    const found = await client().find("replies", registered);
    expect(found !== null && isSameSchema(found.schema, registered)).toBe(true);
    expect(await client().find("replies", compatible)).toBeNull();
    const { schema, schemaType, hasReferences } = await client().version("replies", 1);
    expect({ same: isSameSchema(schema, registered), schemaType, hasReferences }).toEqual({
      same: true,
      schemaType: "AVRO",
      hasReferences: false,
    });
  });

  it("reads and sets modes", async () => {
    expect(await client().mode("replies")).toBe("FULL_TRANSITIVE");
    expect(await client().globalMode()).toMatch(/^(NONE|BACKWARD)$/);
    await client().setMode("replies", "FULL_TRANSITIVE");
  });

  it("tells whether the registry would take a schema", async () => {
    expect(await client().incompatibilities("replies", compatible)).toEqual([]);
    expect((await client().incompatibilities("replies", incompatible)).join()).toContain("other");
  });

  it("registers, and tells apart why a registry does not", async () => {
    expect(await client().register("replies", registered)).toBeGreaterThan(0);
    await expect(client().register("replies", incompatible)).rejects.toMatchObject({ code: "registry-incompatible" });
    await expect(client().register("replies", '{"type":"rec"}')).rejects.toMatchObject({
      code: "registry-refused",
      message: expect.stringMatching(/refused POST \/subjects\/replies\/versions: .+ \(HTTP 422\)/),
    });
    await expect(client().byId(999_999)).rejects.toMatchObject({ code: "registry-refused" });
  });
});

async function replyTo(request: IncomingMessage, replies: readonly Reply[]): Promise<Reply | undefined> {
  const { method, url } = request;
  const body = method === "GET" ? undefined : await json(request);
  return replies.find(
    (reply) => reply.method === method && reply.path === url && JSON.stringify(reply.request) === JSON.stringify(body),
  );
}
