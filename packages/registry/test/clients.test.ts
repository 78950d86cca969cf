import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Compatibility, SchemaRegistryClient } from "@confluentinc/schemaregistry";
import { COMPATIBILITY, SchemaRegistry, SchemaType } from "@kafkajs/confluent-schema-registry";
import { type RunningRegistry, startRegistry } from "../src/index.ts";

let registry: RunningRegistry;
beforeAll(async () => {
  registry = await startRegistry();
});
afterAll(() => registry.stop());

const order = JSON.stringify({
  type: "record",
  name: "Order",
  namespace: "shop",
  fields: [{ name: "id", type: "string" }],
});
const changed = JSON.stringify({
  type: "record",
  name: "Order",
  namespace: "shop",
  fields: [
    { name: "id", type: "string" },
    { name: "total", type: "long" },
  ],
});

describe("@kafkajs/confluent-schema-registry", () => {
  it("registers, finds, encodes and decodes", async () => {
    const client = new SchemaRegistry({ host: registry.url });
    const schema = { type: SchemaType.AVRO, schema: order } as const;
    const options = { subject: "kafkajs-order", compatibility: COMPATIBILITY.FULL };
    const { id } = await client.register(schema, options);
    expect(await client.register(schema, options)).toMatchObject({ id });
    expect(await client.getLatestSchemaId("kafkajs-order")).toBe(id);
    expect(await client.getRegistryId("kafkajs-order", 1)).toBe(id);
    expect(await client.getRegistryIdBySchema("kafkajs-order", schema)).toBe(id);
    const value = { id: "o-1" };
    expect(await new SchemaRegistry({ host: registry.url }).decode(await client.encode(id, value))).toEqual(value);
  });

  it("hears of a break", async () => {
    const client = new SchemaRegistry({ host: registry.url }, {});
    const incompatible = { type: SchemaType.AVRO, schema: changed } as const;
    await client.register({ type: SchemaType.AVRO, schema: order }, { subject: "kafkajs-break" });
    await expect(client.register(incompatible, { subject: "kafkajs-break" })).rejects.toThrow(
      /Schema being registered is incompatible with an earlier schema/,
    );
  });
});

describe("@confluentinc/schemaregistry", () => {
  const NORMALIZE = false;
  const connect = () => SchemaRegistryClient.newClient({ baseURLs: [registry.url] });

  it("registers, finds and deletes", async () => {
    const client = connect();
    const subject = "confluent-order";
    const id = await client.register(subject, { schema: order, schemaType: "AVRO" }, NORMALIZE);
    expect(await client.getId(subject, { schema: order, schemaType: "AVRO" }, NORMALIZE)).toBe(id);
    expect(await client.getBySubjectAndId(subject, id)).toMatchObject({ schema: order });
    expect(await client.getLatestSchemaMetadata(subject)).toMatchObject({ id, version: 1, subject, schema: order });
    expect(await client.getSchemaMetadata(subject, 1, false)).toMatchObject({ id });
    expect(await client.getVersion(subject, { schema: order, schemaType: "AVRO" }, NORMALIZE, false)).toBe(1);
    expect(await client.getAllVersions(subject)).toEqual([1]);
    expect(await client.getAllSubjects()).toContain(subject);
    expect(await client.deleteSubjectVersion(subject, 1, false)).toBe(1);
    expect(await client.deleteSubjectVersion(subject, 1, true)).toBe(1);
    expect(await client.getAllSubjects()).not.toContain(subject);
    client.close();
  });

  it("tests compatibility and sets it", async () => {
    const client = connect();
    const subject = "confluent-compat";
    await client.register(subject, { schema: order, schemaType: "AVRO" }, NORMALIZE);
    const info = { schema: changed, schemaType: "AVRO" };
    expect(await client.testCompatibility(subject, 1, info)).toBe(false);
    expect(await client.testSubjectCompatibility(subject, info)).toBe(false);
    expect(await client.updateCompatibility(subject, Compatibility.FORWARD)).toBe("FORWARD");
    expect(await client.getCompatibility(subject)).toBe("FORWARD");
    expect(await client.testSubjectCompatibility(subject, info)).toBe(true);
    client.close();
  });

  it("resolves references, metadata and rules", async () => {
    const client = connect();
    await client.register(
      "confluent-money",
      {
        schemaType: "AVRO",
        schema: JSON.stringify({ type: "fixed", name: "shop.Money", size: 8 }),
      },
      NORMALIZE,
    );
    const references = [{ name: "shop.Money", subject: "confluent-money", version: 1 }];
    const metadata = { properties: { owner: "billing" } };
    const schema = JSON.stringify({ type: "record", name: "shop.Bill", fields: [{ name: "sum", type: "Money" }] });
    const id = await client.register("confluent-bill", { schemaType: "AVRO", schema, references, metadata }, NORMALIZE);
    const found = await connect().getBySubjectAndId("confluent-bill", id);
    expect(found).toMatchObject({ schema, references, metadata });
    expect(await client.getLatestWithMetadata("confluent-bill", { owner: "billing" }, false)).toMatchObject({ id });
    client.close();
  });

  it("gets Confluent's error codes", async () => {
    const client = connect();
    await expect(client.getLatestSchemaMetadata("confluent-nowhere")).rejects.toMatchObject({
      status: 404,
      errorCode: 40401,
    });
    client.close();
  });
});
