import { expect, it } from "@jest/globals";
import { ConsumerError } from "./errors.ts";
import { type ConsumerSettings, resolveSettings } from "./settings.ts";

const minimal = { groupId: "billing", brokers: ["localhost:9092"], registryUrl: "http://localhost:8081" };

it("fills in the defaults", () => {
  expect(resolveSettings(minimal)).toMatchObject({
    clientId: "billing",
    concurrency: 4,
    deadLetterTopic: "billing.dead-letters",
    maxAttempts: 5,
    startFrom: "earliest",
    createMissingTopics: false,
  });
});

it("names every problem at once", () => {
  const wrong = { ...minimal, groupId: "", brokers: ["localhost", "kafka://b:9092"], maxAttempts: 0, retryBaseMs: 1.5 };
  expect(() => resolveSettings(wrong)).toThrow(
    expect.objectContaining({
      code: "SETTINGS_INVALID",
      message:
        'createConsumer: groupId is missing; "localhost" is not host:port; "kafka://b:9092" is not host:port; ' +
        "maxAttempts is 0, not a positive integer; retryBaseMs is 1.5, not a positive integer.",
    }),
  );
});

it.each<[string, object, RegExp]>([
  ["neither brokers nor kafka", { brokers: undefined }, /either brokers or kafka/],
  ["no brokers", { brokers: [] }, /brokers is empty/],
  ["a group that makes no topic name", { groupId: "a b" }, /"a b\.dead-letters" is no legal topic name/],
  ["heartbeats too rare", { heartbeatMs: 11_000 }, /a third of sessionTimeoutMs/],
])("refuses %s", (_, change, message) => {
  expect(() => resolveSettings({ ...minimal, ...change } as ConsumerSettings)).toThrow(message);
});

it("is recognised by ConsumerError.is", () => {
  try {
    resolveSettings({ ...minimal, groupId: "" });
    throw new Error("not reached");
  } catch (error) {
    expect(ConsumerError.is(error) && error.retryable).toBe(false);
    expect(ConsumerError.is(error)).toBe(true);
  }
});
