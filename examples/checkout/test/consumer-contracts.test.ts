import { expect, it } from "@jest/globals";
import { join } from "node:path";
import { Decimal, type EventDescriptor } from "@waybill/events";
import { readContracts } from "@waybill/schemas";
import type { Reaction, ShopConsumer } from "../src/consumers/reaction.ts";
import { reactions } from "../src/consumers/reactions.ts";
import { simulateProviders } from "../src/providers/providers.ts";

// What the contracts in schemas/consumers promise is what `schemas check` lets go: they must be what the code does.
const contracts = await readContracts(join(import.meta.dirname, "../../../schemas"));
const providers = simulateProviders({ paymentMs: 0, carrierMs: 0, emailMs: 0 });

type Handler = (event: object, context: object) => Promise<unknown>;

interface Subscription {
  readonly descriptor: EventDescriptor;
  readonly handler: Handler;
}

function subscriptionsOf(reaction: Reaction): readonly Subscription[] {
  const subscriptions: Subscription[] = [];
  const consumer = {
    on(descriptor: EventDescriptor, ...args: readonly unknown[]) {
      subscriptions.push({ descriptor, handler: args.at(-1) as Handler });
      return consumer;
    },
  };
  reaction.subscribe(consumer as unknown as ShopConsumer, providers);
  return subscriptions;
}

/** The versions that a handler deals with: the one that it is written for, and those that it upcasts. */
function versionsOf({ version, earlier }: EventDescriptor): readonly number[] {
  return [version, ...Object.keys(earlier).map(Number)].toSorted((a, b) => a - b);
}

/** The data as it is, with a note of each field that is read and is no record or array itself. */
function recorded(value: unknown, path: string, reads: Set<string>): unknown {
  const isLeaf = typeof value !== "object" || value === null || value instanceof Date || Decimal.is(value);
  if (isLeaf) {
    reads.add(path);
    return value;
  }
  return new Proxy(value, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof name === "symbol" || typeof member === "function" || !Object.hasOwn(target, name)) return member;
      if (Array.isArray(target)) return name === "length" ? member : recorded(member, `${path}[]`, reads);
      return recorded(member, path === "" ? name : `${path}.${name}`, reads);
    },
  });
}

/** A database without rows. */
function emptyDatabase(): object {
  const answers: Readonly<Record<string, unknown>> = { findUnique: null, $queryRaw: [], $executeRaw: 0 };
  const answer = (name: string) => () => Promise.resolve(Object.hasOwn(answers, name) ? answers[name] : {});
  const model = new Proxy({}, { get: (_, name) => answer(String(name)) });
  return new Proxy({}, { get: (_, name) => (String(name).startsWith("$") ? answer(String(name)) : model) });
}

async function readsOf({ descriptor, handler }: Subscription): Promise<readonly string[]> {
  const [domain = "", entity, action] = descriptor.type.split(".");
  const examples = (await import(`@shop-events/${domain}/${entity}.${action}/testing`)) as Record<
    string,
    () => unknown
  >;
  const example = Object.entries(examples).find(([name]) => !/V\d+Example$/.test(name))?.[1]();
  expect(descriptor.explain(example)).toEqual([]);
  const reads = new Set<string>();
  const event = { id: "e", type: descriptor.type, time: new Date(), data: recorded(example, "", reads) };
  // Without rows some handlers end early, by an error: they have read the event by then, or the contract claims more.
  await handler(event, { tx: emptyDatabase(), signal: new AbortController().signal, attempt: 1 }).catch(
    () => undefined,
  );
  return [...reads].toSorted();
}

it("has a contract of every consumer group", () => {
  expect(contracts.map(({ service }) => service)).toEqual(reactions.map(({ groupId }) => groupId).toSorted());
});

it.each(reactions.map((reaction) => [reaction.groupId, reaction] as const))(
  "says of %s what its handlers subscribe to and read",
  async (groupId, reaction) => {
    const contract = contracts.find(({ service }) => service === groupId);
    const promised = (contract?.events ?? []).map(({ event, versions, fields }) => [
      event,
      { versions, fields: fields?.toSorted() },
    ]);
    const found = await Promise.all(
      subscriptionsOf(reaction).map(async (subscription) => [
        subscription.descriptor.type,
        { versions: versionsOf(subscription.descriptor), fields: await readsOf(subscription) },
      ]),
    );
    expect(Object.fromEntries(promised)).toEqual(Object.fromEntries(found));
  },
);
