import { describe, expect, it } from "@jest/globals";
import { SchemaRegistry } from "./schema-registry.ts";

interface Call {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
}

function createRegistry(answers: readonly (readonly [status: number, body: unknown])[], autoRegister = false) {
  const calls: Call[] = [];
  const registry = new SchemaRegistry({
    url: "http://me:s3cret@registry:8081/base/",
    autoRegister,
    timeoutMs: 1_000,
    fetch: async (input, init) => {
      const { url } = new Request(input);
      calls.push({ method: init?.method ?? "", url, headers: new Headers(init?.headers) });
      const [status, body] = answers[calls.length - 1] ?? [500, {}];
      return new Response(typeof body === "string" ? body : JSON.stringify(body), { status });
    },
  });
  return { registry, calls };
}

const schema = { recordName: "orders.order.OrderPlaced", definition: '{"type":"string"}' };

describe("SchemaRegistry", () => {
  it("looks up by topic and record name, with the URL's credentials in a header only", async () => {
    const { registry, calls } = createRegistry([[200, { id: 7 }]]);
    expect(await registry.idOf("orders.order", schema)).toBe(7);
    expect(calls[0]?.url).toBe("http://registry:8081/base/subjects/orders.order-orders.order.OrderPlaced");
    expect(calls[0]?.headers.get("authorization")).toBe(`Basic ${Buffer.from("me:s3cret").toString("base64")}`);
  });

  it("does not register by default", async () => {
    const { registry, calls } = createRegistry([[404, { error_code: 40403 }]]);
    await expect(registry.idOf("t", schema)).rejects.toMatchObject({ reason: "schema-unknown" });
    expect(calls).toHaveLength(1);
  });

  it("registers with autoRegister, and touches no compatibility level", async () => {
    const { registry, calls } = createRegistry(
      [
        [404, { error_code: 40401 }],
        [200, { id: 8 }],
      ],
      true,
    );
    expect(await registry.idOf("t", schema)).toBe(8);
    expect(calls.map(({ method, url }) => [method, new URL(url).pathname])).toEqual([
      ["POST", "/base/subjects/t-orders.order.OrderPlaced"],
      ["POST", "/base/subjects/t-orders.order.OrderPlaced/versions"],
    ]);
  });

  it.each([
    [409, "schema-rejected"],
    [422, "schema-rejected"],
    [500, "registry-unavailable"],
    [503, "registry-unavailable"],
    [401, "registry-unavailable"],
  ])("takes HTTP %d on registering for %s", async (status, reason) => {
    const { registry } = createRegistry(
      [
        [404, { error_code: 40401 }],
        [status, { message: "why" }],
      ],
      true,
    );
    await expect(registry.idOf("t", schema)).rejects.toMatchObject({
      reason,
      message: `registering t-orders.order.OrderPlaced: HTTP ${status}, why`,
    });
  });

  it.each([
    [502, "<h1>Bad gateway</h1>"],
    [404, "default backend - 404"],
    [404, { error_code: 404, message: "HTTP 404 Not Found" }],
  ])("takes a proxy's error page for an outage: HTTP %d %j", async (status, page) => {
    for (const autoRegister of [false, true]) {
      const { registry, calls } = createRegistry([[status, page]], autoRegister);
      await expect(registry.idOf("t", schema)).rejects.toMatchObject({ reason: "registry-unavailable" });
      expect(calls).toHaveLength(1);
    }
  });

  it("checks that a registry answers, and that it takes the credentials", async () => {
    await expect(createRegistry([[200, { compatibilityLevel: "FULL" }]]).registry.check()).resolves.toBeUndefined();
    await expect(createRegistry([[401, {}]]).registry.check()).rejects.toThrow("refuses the relay's credentials");
    await expect(createRegistry([[404, {}]]).registry.check()).rejects.toThrow("does not answer as a schema registry");
  });
});
