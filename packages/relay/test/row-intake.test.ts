import { describe, expect, it } from "@jest/globals";
import type { LanePublisher, TopicProblem } from "../src/publishers/lane-publisher.ts";
import { RowIntake } from "../src/publishing/row-intake.ts";
import { RegistryProblem } from "../src/publishing/schema-registry.ts";
import { SchemaIds, type SchemaLookUp } from "../src/publishing/schema-ids.ts";
import { GatedLane } from "./gated-lane.ts";
import { HoldAtProblem } from "./hold-at-problem.ts";
import { rowView, type TestRow } from "./publisher-rows.ts";

interface World {
  readonly topic?: () => Promise<TopicProblem | null> | null;
  readonly lookUp?: SchemaLookUp;
}

function setUp({ topic = () => null, lookUp = async () => 7 }: World = {}) {
  const lane = new GatedLane();
  const publisher: Pick<LanePublisher, "prepareTopic"> = { prepareTopic: topic };
  const intake = new RowIntake({
    publisher: publisher as LanePublisher, // it is asked for nothing else
    laneOf: () => lane,
    schemaIds: new SchemaIds(lookUp),
    problems: new HoldAtProblem(),
  });
  intake.begin();
  const take = (row: Partial<TestRow> = {}) => intake.take(rowView({ id: 1, topic: "t", ...row }));
  return { intake, lane, take };
}

it("looks a schema up once; from then on rows are taken at once", async () => {
  let lookUps = 0;
  const { lane, take } = setUp({ lookUp: async () => ++lookUps });
  expect(await take()).toBe(true);
  expect(take({ id: 2 })).toBe(true);
  expect(lookUps).toBe(1);
  expect(lane.filledEvents).toBe(2);
});

it("keeps the times of the rows appended since it began", async () => {
  const { intake } = setUp();
  for (const [id, occurredAtMs] of [
    [1, 10],
    [2, 20],
  ] as const) {
    await intake.take({ ...rowView({ id, topic: "t" }), occurredAtMs });
  }
  expect([...intake.takeTimes()]).toEqual([10, 20]);
  intake.begin();
  expect([...intake.takeTimes()]).toEqual([]);
});

describe("a row that cannot be appended ends the batch, and says why", () => {
  const missing: TopicProblem = { reason: "topic-missing", message: "no topic t" };
  const unknown = async () => Promise.reject(new RegistryProblem("schema-unknown", "not pushed"));
  const cases: readonly (readonly [string, World, Partial<TestRow>, string])[] = [
    ["its topic is missing", { topic: async () => missing }, {}, "topic-missing"],
    ["the registry does not know its schema", { lookUp: unknown }, {}, "schema-unknown"],
    ["both: the schema is told", { topic: async () => missing, lookUp: unknown }, {}, "schema-unknown"],
    ["its headers lie about their lengths", {}, { headers: Buffer.from([2, 200]) }, "headers-invalid"],
  ];
  it.each(cases)("%s", async (_, world, row, reason) => {
    const { intake, lane, take } = setUp(world);
    expect(await take(row)).toBe(false);
    expect(intake.problem).toMatchObject({ id: 1, topic: "t", reason });
    expect(lane.filledEvents).toBe(0);
    intake.begin();
    expect(intake.problem).toBeNull();
  });
});

it("takes the row when it is mended by the next read", async () => {
  let isPushed = false;
  const lookUp = async () => (isPushed ? 7 : Promise.reject(new RegistryProblem("schema-unknown", "not pushed")));
  const { intake, take } = setUp({ lookUp });
  expect(await take()).toBe(false);
  isPushed = true;
  intake.begin();
  expect(await take()).toBe(true);
});

it("ends the session with what is nobody's problem, such as a database that is gone", async () => {
  const { take } = setUp({ lookUp: async () => Promise.reject(new Error("connection lost")) });
  await expect(take()).rejects.toThrow("connection lost");
});
