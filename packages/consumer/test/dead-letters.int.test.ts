import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, it } from "@jest/globals";
import { Kafka, logLevel } from "kafkajs";
import { ConsumerTest } from "./consumer-test.ts";
import { shopEvents } from "./shop-events.ts";

let test: ConsumerTest;
beforeAll(async () => {
  test = await ConsumerTest.start();
});
afterEach(() => test.stopConsumers());
afterAll(() => test.stop());

const order = { orderId: "order-1", amount: 5, note: "" };

it("dead-letters an event after its last attempt, unchanged, with the reason in headers", async () => {
  const { placedV2, confirmed } = shopEvents(await test.createTopic());
  const { consumer, recorder, groupId, deadLetterTopic } = test.createConsumer({ maxAttempts: 3 });
  consumer.on(placedV2, async (event, { tx }) => {
    await tx.ledgerEntry.create({ data: { account: groupId, eventId: event.id } });
    throw new TypeError("product is unknown");
  });
  consumer.on(confirmed, async () => {});
  await consumer.start();
  const id = await test.produceEvent(placedV2, order);
  await test.produceEvent(confirmed, { orderId: "order-1" });
  await recorder.until("handled");
  const [original] = await test.readTopic(placedV2.topic, 1);
  const [letter] = await test.readTopic(deadLetterTopic, 1);
  expect(letter?.key).toBe("order-1");
  expect(letter?.value).toEqual(original?.value);
  expect(letter?.headers).toMatchObject({
    ...original?.headers,
    ce_id: id,
    dl_reason: "attempts-exhausted",
    dl_error: "TypeError",
    dl_message: "product is unknown",
    dl_attempts: "3",
    dl_group: groupId,
    dl_topic: placedV2.topic,
    dl_partition: "0",
    dl_offset: "0",
  });
  expect(letter?.headers["dl_timestamp"]).toMatch(/^\d{13}$/);
  expect(letter?.headers["dl_failed_at"]).toMatch(/Z$/);
  expect(recorder.all("retrying")).toHaveLength(2);
  expect(await test.ledger(groupId)).toEqual([]);
  // The dead event is not in the inbox: put back on its topic, it is handled.
  expect(await test.inboxCount(groupId)).toBe(1);
});

it("dead-letters at once what cannot be read, and goes on with the next", async () => {
  const { placedV2 } = shopEvents(await test.createTopic());
  const { consumer, recorder, deadLetterTopic } = test.createConsumer();
  const handled: string[] = [];
  consumer.on(placedV2, async ({ id }) => void handled.push(id));
  await consumer.start();
  const registered = await test.registry.register(`${placedV2.topic}-value`, placedV2.schema);
  const foreign = await test.registry.register(`${placedV2.topic}-foreign`, '"string"');
  const protobuf = 200;
  test.registry.plant(protobuf, { schemaType: "PROTOBUF", schema: 'syntax = "proto3";' });
  const framed = (id: number, ...bytes: number[]) => Buffer.from([0, 0, 0, 0, id, ...bytes]);
  const headers = (id: string = randomUUID()) => ({
    ce_specversion: "1.0",
    ce_id: id,
    ce_type: placedV2.type,
    ce_source: "/test",
    ce_time: new Date().toISOString(),
    ce_version: "2",
  });
  const poison: [value: Buffer | null, headers: Record<string, string>, message: RegExp][] = [
    [Buffer.from("{}"), headers(), /first byte is 123|shorter than its 5-byte prefix/],
    [Buffer.from('{"orderId":1}'), headers(), /the first byte is 123, not 0/],
    [framed(250), headers(), /has no schema 250/],
    [framed(registered, 200), headers(), /cannot be read/],
    [framed(foreign, 0), headers(), /cannot be read/],
    [framed(protobuf, 0), headers(), /PROTOBUF, not Avro/],
    [null, headers(), /no value/],
    [framed(registered), {}, /no header ce_type/],
    [framed(registered), headers("order-1"), /ce_id is not a UUID/],
  ];
  for (const [value, recordHeaders] of poison) {
    await test.produceRaw(placedV2.topic, { key: "k", value, headers: recordHeaders });
  }
  const id = await test.produceEvent(placedV2, order);
  await recorder.until("handled");
  expect(handled).toEqual([id]);
  expect(recorder.all("retrying")).toEqual([]);
  // All have one key, hence one partition, and their order.
  const letters = await test.readTopic(deadLetterTopic, poison.length);
  expect(letters.map(({ headers }) => headers["dl_message"])).toEqual(
    poison.map(([, , message]) => expect.stringMatching(message)),
  );
  expect(letters.map(({ value }) => value)).toEqual(poison.map(([value]) => value));
  expect(new Set(letters.map(({ headers }) => `${headers["dl_reason"]} ${headers["dl_attempts"]}`))).toEqual(
    new Set(["unreadable 0"]),
  );
});

it("holds the partition while the dead-letter topic cannot be written, and loses nothing", async () => {
  const { placedV2, confirmed } = shopEvents(await test.createTopic());
  let refusals = 3;
  const kafka = new Kafka({ brokers: test.broker.brokers, logLevel: logLevel.NOTHING });
  const producer = kafka.producer.bind(kafka);
  kafka.producer = (config) => {
    const real = producer(config);
    const send: typeof real.send = async (batch) => {
      if (refusals === 0) return real.send(batch);
      refusals -= 1;
      throw new Error("not enough replicas");
    };
    return { ...real, send };
  };
  const { consumer, recorder, groupId, deadLetterTopic } = test.createConsumer({ kafka, maxAttempts: 1 });
  consumer.on(placedV2, async () => {
    throw new Error("never");
  });
  consumer.on(confirmed, async () => {});
  await consumer.start();
  const id = await test.produceEvent(placedV2, order);
  await test.produceEvent(confirmed, { orderId: "order-1" });
  await recorder.until("waiting", 3);
  expect(await test.committedOffsets(groupId, placedV2.topic)).toEqual([-1]);
  await recorder.until("handled");
  expect(recorder.all("waiting").map(({ on }) => on)).toEqual(Array(3).fill("dead-letter-topic"));
  expect((await test.readTopic(deadLetterTopic, 1)).map(({ headers }) => headers["ce_id"])).toEqual([id]);
});
