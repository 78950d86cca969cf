import { afterAll, afterEach, beforeAll, expect, it } from "@jest/globals";
import { eventually, startTcpProxy, type TcpProxy } from "@waybill/harness";
import { readiness, type RelayServices, startRelayServices } from "./relay-services.ts";
import { countedData, createCountedEvent, insertEvents, upTo, versionsOf } from "./test-event.ts";

let services: RelayServices;
let proxy: TcpProxy;

beforeAll(async () => {
  services = await startRelayServices();
  proxy = await startTcpProxy({ target: Number(new URL(services.database.url).port) });
});
afterEach(() => services.cleanUp());
afterAll(async () => {
  await proxy.close();
  await services.stop();
});

it("ends a session whose server falls silent without a word, idle or not, and goes on when it answers", async () => {
  const event = createCountedEvent();
  await services.register(event);
  const topic = await services.topicOf(event);
  const databaseUrl = new URL(services.database.url);
  databaseUrl.port = String(proxy.port);
  const relay = await services.start({ databaseUrl: databaseUrl.href, leaseMs: 1_000, connectTimeoutMs: 500 });
  await insertEvents(services.client, event, countedData(["a"], 2));
  await eventually(() => topic.records.length === 2);

  proxy.blackhole(); // no reset, no end of the stream: TCP itself would tell after a quarter of an hour
  await eventually(async () => (await readiness(relay)).status === 503);
  expect(JSON.stringify((await readiness(relay)).body)).toContain("PostgreSQL");

  await insertEvents(services.client, event, [{ key: "a", version: 3 }]);
  proxy.heal();
  await eventually(() => topic.records.length >= 3);
  expect(versionsOf(event, topic.records, "a").slice(-1)).toEqual(upTo(3).slice(-1));
});
