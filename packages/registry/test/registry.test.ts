import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type RunningRegistry, startRegistry } from "../src/index.ts";
import { createApi, errorIn, idIn } from "./api.ts";

let registry: RunningRegistry;
let api: ReturnType<typeof createApi>;
beforeAll(async () => {
  registry = await startRegistry();
  api = createApi(registry.url);
});
afterAll(() => registry.stop());

const record = (name: string, ...fields: object[]) => ({ type: "record", name, fields });
const text = (schema: unknown) => ({ schema: JSON.stringify(schema) });

describe("answers", () => {
  it("have Confluent's content type, errors too", async () => {
    const type = "application/vnd.schemaregistry.v1+json";
    expect(await api.get("/")).toMatchObject({ status: 200, body: {}, type: expect.stringContaining(type) });
    expect(await api.get("/nowhere")).toMatchObject({
      status: 404,
      body: { error_code: 404 },
      type: expect.stringContaining(type),
    });
    expect((await api.get("/schemas/types")).body).toEqual(["AVRO"]);
  });

  it("take JSON alone, and say so", async () => {
    const send = async (contentType: string, body: string) => {
      const headers = { "content-type": contentType };
      const response = await fetch(`${registry.url}/subjects/types/versions`, { method: "POST", headers, body });
      return response.status;
    };
    const body = JSON.stringify(text("int"));
    expect(await send("application/json; charset=utf-8", body)).toBe(200);
    expect(await send("application/vnd.schemaregistry+json", body)).toBe(200);
    expect(await send("application/x-www-form-urlencoded", body)).toBe(415);
    expect(await send("application/json", "{")).toBe(400);
    expect(await send("application/json", "[]")).toBe(422);
    expect(await send("application/json", `{"schema":"${" ".repeat(40 * 1024 * 1024)}"}`)).toBe(413);
  });
});

describe("schemas", () => {
  it("have one id in all subjects, however they are spelled", async () => {
    const first = await api.register("ids-a", record("n.R", { name: "f", type: "int" }));
    const spelled = ' {"namespace":"n", "fields":[{"type":{"type":"int"},"name":"f"}],\n"name":"R","type":"record"} ';
    const second = await api.post("/subjects/ids-b/versions", { schema: spelled });
    expect(idIn(second)).toBe(idIn(first));
    expect((await api.get(`/schemas/ids/${idIn(first)}/subjects`)).body).toEqual(["ids-a", "ids-b"]);
    expect((await api.get(`/schemas/ids/${idIn(first)}/versions`)).body).toEqual([
      { subject: "ids-a", version: 1 },
      { subject: "ids-b", version: 1 },
    ]);
  });

  it("differ by what the canonical form leaves out", async () => {
    const ids = new Set<number>();
    for (const more of [{}, { doc: "d" }, { default: 1 }, { default: 2 }, { aliases: ["g"] }, { "x.custom": true }]) {
      ids.add(idIn(await api.register("differ", record("R", { name: "f", type: "int", ...more }))));
    }
    ids.add(idIn(await api.register("differ", record("R", { name: "f", type: { type: "int", logicalType: "date" } }))));
    expect(ids.size).toBe(7);
  });

  it("come back compact, a bare primitive as its name", async () => {
    const bare = await api.post("/subjects/text/versions", { schema: '{"type": "string"}' });
    expect((await api.get(`/schemas/ids/${idIn(bare)}`)).body).toEqual({ schema: '"string"' });
    const spaced = '{ "type" : "string",\n "doc" : "a { b }\\" c" , "n" : 1.0 }';
    const { body } = await api.get(
      `/schemas/ids/${idIn(await api.post("/subjects/spaced/versions", { schema: spaced }))}`,
    );
    expect(body).toEqual({ schema: '{"type":"string","doc":"a { b }\\" c","n":1.0}' });
    expect((await api.get("/subjects/text/versions/latest/schema")).body).toBe("string");
    expect((await api.get(`/schemas/ids/${idIn(bare)}/schema`)).body).toBe("string");
  });

  it("that are invalid are refused with every problem", async () => {
    const refused = await api.register("bad", record("R", { name: "f", type: "strin" }, { name: "f", type: "int" }));
    expect(errorIn(refused)).toEqual([422, 42201]);
    expect(JSON.stringify(refused.body)).toMatch(/unknown type .*already has a field/);
    expect(errorIn(await api.post("/subjects/bad/versions", { schema: "{" }))).toEqual([422, 42201]);
    expect(errorIn(await api.post("/subjects/bad/versions", {}))).toEqual([422, 42201]);
    expect(errorIn(await api.post("/subjects/bad/versions", { schemaType: "JSON", schema: "{}" }))).toEqual([
      422, 42201,
    ]);
    expect(errorIn(await api.register("bad", record("R", { name: "f", type: "int", default: "x" })))).toEqual([
      422, 42201,
    ]);
    expect(errorIn(await api.get("/subjects/bad/versions"))).toEqual([404, 40401]);
  });

  it("keep metadata and rules, which make them another schema", async () => {
    const plain = await api.register("governed", "int");
    const more = { metadata: { properties: { owner: "a" } }, ruleSet: { domainRules: [{ name: "r" }] } };
    const governed = await api.register("governed", "int", more);
    expect(idIn(governed)).not.toBe(idIn(plain));
    expect((await api.get("/subjects/governed/versions/2")).body).toMatchObject({ version: 2, ...more });
    expect((await api.get("/subjects/governed/metadata?key=owner&value=a")).body).toMatchObject({ version: 2 });
    expect(errorIn(await api.get("/subjects/governed/metadata?key=owner&value=b"))).toEqual([404, 40403]);
  });
});

describe("subjects", () => {
  it("are registered once per schema and looked up by it", async () => {
    const first = await api.register("lookup", record("R"));
    expect(await api.register("lookup", record("R"))).toEqual(first);
    expect((await api.post("/subjects/lookup", text(record("R")))).body).toMatchObject({
      subject: "lookup",
      version: 1,
    });
    expect(errorIn(await api.post("/subjects/lookup", text(record("S"))))).toEqual([404, 40403]);
    expect(errorIn(await api.post("/subjects/unknown", text(record("S"))))).toEqual([404, 40401]);
  });

  it("may have any name", async () => {
    const subject = "a/b c%d:ü";
    await api.register(subject, "int");
    const path = `/subjects/${encodeURIComponent(subject)}`;
    expect((await api.get(`${path}/versions`)).body).toEqual([1]);
    expect((await api.get(`/subjects?subjectPrefix=${encodeURIComponent("a/b")}`)).body).toEqual([subject]);
    expect((await api.register("x".repeat(600), "int")).status).toBe(200);
  });

  it.each([
    ["/subjects/none/versions", 404, 40401],
    ["/subjects/none/versions/1", 404, 40401],
    ["/subjects/one/versions/2", 404, 40402],
    ["/subjects/one/versions/0", 422, 42202],
    ["/subjects/one/versions/x", 422, 42202],
    ["/subjects/one/versions/99999999999", 422, 42202],
    ["/schemas/ids/999999", 404, 40403],
    ["/schemas/ids/x", 404, 40403],
    ["/schemas/ids/999999/subjects", 404, 40403],
    ["/config/one", 404, 40408],
    ["/mode/one", 404, 40409],
  ])("GET %s answers %i, %i", async (path, status, code) => {
    await api.register("one", "int");
    expect(errorIn(await api.get(path))).toEqual([status, code]);
  });
});

describe("deletion", () => {
  it("of a subject goes in two steps", async () => {
    const id = idIn(await api.register("gone", record("Gone")));
    await api.register("gone", record("Gone", { name: "f", type: "int", default: 0 }));
    expect(errorIn(await api.delete("/subjects/gone?permanent=true"))).toEqual([404, 40405]);
    expect((await api.delete("/subjects/gone")).body).toEqual([1, 2]);
    expect(errorIn(await api.delete("/subjects/gone"))).toEqual([404, 40404]);
    expect((await api.get("/subjects?subjectPrefix=gone")).body).toEqual([]);
    expect((await api.get("/subjects?subjectPrefix=gone&deleted=true")).body).toEqual(["gone"]);
    expect((await api.get("/subjects/gone/versions?deleted=true")).body).toEqual([1, 2]);
    expect((await api.get(`/schemas/ids/${id}`)).status).toBe(200);
    expect((await api.delete("/subjects/gone?permanent=true")).body).toEqual([1, 2]);
    expect(errorIn(await api.get(`/schemas/ids/${id}`))).toEqual([404, 40403]);
    expect(errorIn(await api.delete("/subjects/gone"))).toEqual([404, 40401]);
  });

  it("of a version too, and what was deleted does not count for compatibility", async () => {
    await api.register("steps", record("Steps", { name: "f", type: "int" }));
    await api.register("steps", record("Steps", { name: "f", type: "long" }));
    expect(errorIn(await api.delete("/subjects/steps/versions/2?permanent=true"))).toEqual([404, 40407]);
    expect((await api.delete("/subjects/steps/versions/latest")).body).toBe(2);
    expect(errorIn(await api.delete("/subjects/steps/versions/2"))).toEqual([404, 40406]);
    expect(errorIn(await api.get("/subjects/steps/versions/2"))).toEqual([404, 40402]);
    expect((await api.get("/subjects/steps/versions/2?deleted=true")).body).toMatchObject({
      version: 2,
      deleted: true,
    });
    expect((await api.get("/subjects/steps/versions/latest")).body).toMatchObject({ version: 1 });
    expect((await api.register("steps", record("Steps", { name: "f", type: ["int", "null"] }))).body).toMatchObject({
      version: 3,
    });
    expect((await api.delete("/subjects/steps/versions/2?permanent=true")).body).toBe(2);
  });
});

describe("references", () => {
  const money = record("shop.Money", { name: "amount", type: "long" });
  const order = (...fields: object[]) => record("shop.Order", { name: "total", type: "Money" }, ...fields);
  const references = [{ name: "shop.Money", subject: "money", version: 1 }];

  it("are resolved over subjects, and protect what they lead to", async () => {
    await api.register("money", money);
    expect(errorIn(await api.register("order", order()))).toEqual([422, 42201]);
    const registered = await api.register("order", order(), { references });
    expect((await api.get(`/schemas/ids/${idIn(registered)}`)).body).toEqual({
      schema: JSON.stringify(order()),
      references,
    });
    expect((await api.get("/subjects/money/versions/1/referencedby")).body).toEqual([idIn(registered)]);
    expect(errorIn(await api.delete("/subjects/money"))).toEqual([422, 42206]);
    expect((await api.post("/subjects/order", { ...text(order()), references })).body).toMatchObject({ references });

    const nested = record("shop.Cart", { name: "order", type: "Order" });
    const toOrder = [{ name: "shop.Order", subject: "order", version: -1 }];
    expect((await api.register("cart", nested, { references: toOrder })).body).toMatchObject({
      references: [{ version: 1 }],
    });
    const missing = [{ name: "shop.Order", subject: "order", version: 7 }];
    expect(errorIn(await api.register("cart", nested, { references: missing }))).toEqual([422, 42201]);

    await api.delete("/subjects/cart");
    await api.delete("/subjects/order");
    expect((await api.delete("/subjects/money")).body).toEqual([1]);
    expect(errorIn(await api.delete("/subjects/money?permanent=true"))).toEqual([422, 42206]);
  });

  it("count in compatibility", async () => {
    await api.register("price", record("p.Price", { name: "value", type: "int" }));
    await api.register("price", record("p.Price", { name: "value", type: "long" }));
    const line = record("p.Line", { name: "price", type: "Price" });
    const to = (version: number) => ({ references: [{ name: "p.Price", subject: "price", version }] });
    await api.register("line", line, to(2));
    const refused = await api.register("line", line, to(1));
    expect(errorIn(refused)).toEqual([409, 409]);
    expect(JSON.stringify(refused.body)).toContain("TYPE_MISMATCH at price.value");
  });
});

describe("compatibility", () => {
  const v1 = record("C", { name: "a", type: "int" });
  const added = record("C", { name: "a", type: "int" }, { name: "b", type: "int" });

  it("is BACKWARD unless set, and a break is told with its cause", async () => {
    await api.register("compat", v1);
    const refused = await api.register("compat", added);
    expect(errorIn(refused)).toEqual([409, 409]);
    expect(refused.body).toMatchObject({
      message: expect.stringContaining(
        "the new schema cannot read data of version 1: READER_FIELD_MISSING_DEFAULT_VALUE at b",
      ),
    });
    const test = await api.post("/compatibility/subjects/compat/versions/latest?verbose=true", text(added));
    expect(test.body).toMatchObject({
      is_compatible: false,
      messages: [expect.any(String), "compatibility: BACKWARD"],
    });
    expect((await api.post("/compatibility/subjects/compat/versions/1", text(added))).body).toEqual({
      is_compatible: false,
    });
    expect((await api.post("/compatibility/subjects/compat/versions", text(v1))).body).toEqual({ is_compatible: true });
    expect((await api.post("/compatibility/subjects/unheard-of/versions", text(v1))).body).toEqual({
      is_compatible: true,
    });
    expect(errorIn(await api.post("/compatibility/subjects/unheard-of/versions/latest", text(v1)))).toEqual([
      404, 40401,
    ]);
    expect(errorIn(await api.post("/compatibility/subjects/compat/versions/9", text(v1)))).toEqual([404, 40402]);
  });

  it("is set for a subject or for all, and taken back", async () => {
    await api.register("levels", v1);
    expect((await api.get("/config")).body).toEqual({ compatibilityLevel: "BACKWARD" });
    expect((await api.put("/config/levels", { compatibility: "forward" })).body).toEqual({ compatibility: "FORWARD" });
    expect((await api.get("/config/levels")).body).toEqual({ compatibilityLevel: "FORWARD" });
    expect((await api.register("levels", added)).status).toBe(200);
    expect(errorIn(await api.put("/config/levels", { compatibility: "SIDEWAYS" }))).toEqual([422, 42203]);
    expect(errorIn(await api.put("/config/levels", {}))).toEqual([422, 42203]);
    expect((await api.delete("/config/levels")).body).toEqual({ compatibilityLevel: "FORWARD" });
    expect((await api.get("/config/levels?defaultToGlobal=true")).body).toEqual({ compatibilityLevel: "BACKWARD" });
    expect((await api.put("/config", { compatibility: "NONE" })).body).toEqual({ compatibility: "NONE" });
    expect((await api.register("levels", { type: "string", doc: "something else" })).status).toBe(200);
    expect((await api.delete("/config")).body).toEqual({ compatibilityLevel: "NONE" });
    expect((await api.get("/config")).body).toEqual({ compatibilityLevel: "BACKWARD" });
  });

  it("transitive looks at every version", async () => {
    await api.put("/config/transitive", { compatibility: "FORWARD" });
    await api.register("transitive", v1);
    await api.register("transitive", record("C", { name: "a", type: "int", default: 0 }));
    const dropped = record("C");
    const test = "/compatibility/subjects/transitive/versions";
    expect((await api.post(test, text(dropped))).body).toEqual({ is_compatible: true });
    await api.put("/config/transitive", { compatibility: "FORWARD_TRANSITIVE" });
    expect((await api.post(`${test}?verbose=true`, text(dropped))).body).toMatchObject({
      is_compatible: false,
      messages: [expect.stringContaining("version 1 cannot read data of the new schema"), expect.any(String)],
    });
  });
});

describe("modes", () => {
  it("close a subject, or everything", async () => {
    await api.register("closed", "int");
    expect((await api.get("/mode")).body).toEqual({ mode: "READWRITE" });
    expect((await api.put("/mode/closed", { mode: "READONLY" })).body).toEqual({ mode: "READONLY" });
    expect(errorIn(await api.register("closed", "long"))).toEqual([422, 42205]);
    expect(errorIn(await api.delete("/subjects/closed"))).toEqual([422, 42205]);
    expect((await api.register("closed", "int")).status).toBe(200); // it is there already
    expect((await api.delete("/mode/closed")).body).toEqual({ mode: "READONLY" });
    expect((await api.register("closed", "long")).status).toBe(200);
    expect(errorIn(await api.put("/mode", { mode: "IMPORT" }))).toEqual([422, 42204]);
    await api.put("/mode/closed", { mode: "READWRITE" });
    await api.put("/mode", { mode: "READONLY" });
    expect((await api.register("closed", "double")).status).toBe(200);
    expect(errorIn(await api.register("elsewhere", "int"))).toEqual([422, 42205]);
    await api.put("/mode", { mode: "READONLY_OVERRIDE" });
    expect(errorIn(await api.register("closed", "string"))).toEqual([422, 42205]);
    await api.put("/mode", { mode: "READWRITE" });
  });
});

it("refuses a port that is taken, in one line", async () => {
  const port = Number(new URL(registry.url).port);
  await expect(startRegistry({ port })).rejects.toMatchObject({
    code: "CANNOT_START",
    message: expect.stringContaining(`cannot listen on 127.0.0.1:${port}`),
  });
});

it("stops twice as well as once", async () => {
  const other = await startRegistry();
  await Promise.all([other.stop(), other.stop()]);
  await other.stop();
  await expect(fetch(other.url)).rejects.toThrow();
});
