import { expect, it } from "@jest/globals";
import { FlagReader } from "../flag-reader.ts";
import { readSeedInput, seedObjection } from "./seed-input.ts";
import { describeSeededEvent, REHEARSAL_HEADER, type SeededRow } from "./seeded-event.ts";
import { decodeRecordHeaders, envelopeFromHeaders } from "@waybill/events";
import { seed } from "./seeder.ts";

function inputOf(flags: Readonly<Record<string, string>>) {
  const read = new FlagReader(flags);
  return { input: readSeedInput(read), problems: read.problems };
}

async function run(flags: Readonly<Record<string, string>>, stepMs = 1) {
  const { input } = inputOf(flags);
  const event = describeSeededEvent(input.type, input.topic);
  const rows: SeededRow[] = [];
  let clock = 0;
  const seeded = await seed({
    input,
    event,
    insert: async (batch) => rows.push(...batch),
    onWritten: () => {},
    signal: new AbortController().signal,
    now: () => (clock += stepMs),
  });
  return { seeded, rows, event, input };
}

it("writes the number asked for, at the rate asked for", async () => {
  const { seeded, rows } = await run({ rate: "1000", count: "250" });
  expect(seeded).toMatchObject({ events: 250, firstId: 1, lastId: 250 });
  expect(rows).toHaveLength(250);
  expect(seeded.elapsedMs).toBeGreaterThanOrEqual(250);
});

it("ends in time, however slow the database", async () => {
  const { seeded } = await run({ rate: "1000", duration: "1s" }, 300);
  expect(seeded.elapsedMs).toBeLessThanOrEqual(1_500);
  expect(seeded.events).toBeGreaterThan(0);
});

it("makes valid events of their own type, ascending within each key", async () => {
  const { rows, event, input } = await run({ rate: "100000", count: "9", keys: "2", size: "50" });
  const read = rows.map(({ payload }) => event.decode(payload));
  expect(read.map(({ number }) => number)).toEqual([1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n]);
  expect(new Set(rows.map(({ key }) => key))).toEqual(new Set(["key-0", "key-1"]));
  expect(read[0]).toMatchObject({ run: input.run, key: "key-1", filler: expect.stringMatching(/^[a-z]{50}$/) });
  const headers = new Map(
    decodeRecordHeaders(rows[0]!.headers).map(([name, value]) => [name, Buffer.from(value).toString()]),
  );
  expect(headers.get(REHEARSAL_HEADER)).toBe(input.run);
  expect(envelopeFromHeaders((name) => headers.get(name))).toMatchObject({
    id: rows[0]!.eventId,
    type: "waybill.rehearsal.event_seeded",
    subject: "key-1",
  });
  expect(rows[0]!.eventId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

it("names every problem at once", () => {
  const { problems } = inputOf({ topic: "a b", type: "Nonsense", keys: "0", duration: "soon", count: "none" });
  expect(problems).toEqual([
    "--rate is missing: the events per second, such as --rate 1000",
    '--topic: "a b" is not a Kafka topic name',
    '--type: expects domain.entity.action in lower case, not "Nonsense"',
    '--count: expects a whole number from 1 to 1000000000, not "none"',
    '--duration: expects a span up to 30d, such as 30s, 10m or 2h, not "soon"',
    '--keys: expects a whole number from 1 to 10000000, not "0"',
  ]);
});

it("objects to a database elsewhere, unless told", () => {
  expect(seedObjection("postgresql://db.example.com/shop", false, "db.example.com/shop")).toContain("--yes is missing");
  expect(seedObjection("postgresql://db.example.com/shop", true, "db.example.com/shop")).toBeNull();
  expect(seedObjection("postgresql://localhost/shop", false, "localhost/shop")).toBeNull();
});
