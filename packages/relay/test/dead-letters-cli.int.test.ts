import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { eventually } from "@waybill/harness";
import { createLimitedTopic, insertLarge, shrinkDeadLetters, waiting } from "./dead-letter-asks.ts";
import { type CliOptions, type CliResult, json, operatorCli } from "./operator-cli.ts";
import { type RelayServices, startRelayServices } from "./relay-services.ts";
import { countedData, type CountedEvent, createCountedEvent, insertEvents, upTo, versionsOf } from "./test-event.ts";
import type { TopicReader } from "./topic-reader.ts";

let services: RelayServices;
let event: CountedEvent;
let topic: TopicReader;

beforeAll(async () => {
  services = await startRelayServices();
});
afterEach(() => services.cleanUp());
afterAll(() => services.stop());

function cli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const env = { DATABASE_URL: services.database.url, ...options.env };
  return operatorCli(["dead-letters", ...args], { ...options, env });
}

/** Two keys, each with a large event and two behind it; tells their rows. */
async function park(): Promise<[number, number]> {
  event = createCountedEvent("cli");
  await services.register(event);
  await createLimitedTopic(services.broker.brokers, event);
  topic = await services.topicOf(event);
  for (const key of ["p", "q"]) await insertLarge(services.client, event, { key, version: 1 });
  await insertEvents(services.client, event, countedData(["p", "q"], 3).slice(2));
  const relay = await services.start();
  await eventually(async () => (await waiting(services.client)) === 6);
  await relay.stop();
  const { deadLetters } = json<{ deadLetters: { rowId: number }[] }>(await cli(["list", "--json"]));
  return deadLetters.map(({ rowId }) => rowId) as [number, number];
}

describe("outbox-relay dead-letters", () => {
  it("lists and shows them, without a relay", async () => {
    expect((await cli(["list"])).stdout).toBe("no dead letters\n");
    const [first] = await park();
    const listed = await cli(["list"]);
    expect(listed).toMatchObject({ code: 0, stderr: "" });
    expect(listed.stdout).toMatch(new RegExp(`\\n *${first}  .* ago +${event.topic}  p +record-too-large +1 +2\\n`));
    expect(listed.stdout).toContain("2 parked, 4 only behind others.");
    expect(listed.stdout).toContain(`record-too-large: Raise max.message.bytes of the topic ${event.topic}`);
    const behind = json<{ deadLetters: unknown[] }>(await cli(["list", "--behind", "--key", "p", "--json"]));
    expect(behind.deadLetters).toMatchObject([
      { state: "parked", behind: 2 },
      { state: "behind" },
      { state: "behind" },
    ]);
    for (const none of [
      ["--topic", "other"],
      ["--reason", "topic-missing"],
      ["--type", "other"],
      ["--id", "999999"],
      ["--since", "2999-01-01T00:00:00Z"],
    ]) {
      expect((await cli(["list", ...none])).stdout).toBe("no dead letters\n");
    }

    await shrinkDeadLetters(services.client);
    const { stdout } = await cli(["show", String(first)]);
    expect(stdout).toContain("parked: It could not be published (record-too-large:");
    expect(stdout).toContain('"key": "p"');
    expect(stdout).toContain("2 later events of its key wait behind it");
    expect(stdout).toContain(`Then: outbox-relay dead-letters redrive --id ${first}`);
    expect((await cli(["show", String(first), "--no-payload"])).stdout).toContain("not shown");
    expect(await cli(["show", "999999"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("no dead letter 999999"),
    });
  });

  it("redrives what is selected with all of its keys, and waits for it", async () => {
    const [first] = await park();
    await shrinkDeadLetters(services.client);
    expect((await cli(["redrive", "--all", "--dry-run"])).stdout).toBe("6 selected: they would be redriven\n");
    const asked = await cli(["redrive", "--id", String(first)]);
    expect(asked.stdout).toBe("1 selected, and 2 more of their keys: they are to be redriven\n");
    expect(asked.stderr).toContain("No relay holds their shards now: it is done as soon as one runs.");
    expect((await cli(["list", "--key", "p"])).stdout).toMatch(/ 2  redrive\n/);
    await services.start(); // finds what was asked for
    await eventually(() => topic.records.length === 3);
    expect(versionsOf(event, topic.records, "p")).toEqual(upTo(3));
    const waited = await cli(["redrive", "--topic", event.topic, "--wait"]);
    expect(waited).toMatchObject({ code: 0, stderr: "" });
    await eventually(() => topic.records.length === 6);
    expect(versionsOf(event, topic.records, "q")).toEqual(upTo(3));
    expect((await cli(["redrive", "--all"])).stdout).toBe("no dead letter is selected\n");
  });

  it("tells with --wait of what is refused again", async () => {
    await park();
    await services.start();
    const refused = await cli(["redrive", "--all", "--wait"]);
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("2 parked, 4 only behind others remain"),
    });
    expect((await cli(["list"])).stdout).toMatch(/record-too-large +2 +2\n/); // tried twice, nothing asked for any more
  });

  it("discards after asking, or with --yes, and records who and why", async () => {
    const [first, second] = await park();
    await services.start();
    const discard = ["discard", "--id", String(first), "--why", "a test"];
    expect((await cli(discard)).stderr).toContain("--yes is missing: nobody is there to be asked");
    const questions: string[] = [];
    const answer = (says: boolean) => async (question: string) => {
      questions.push(question);
      return says;
    };
    expect((await cli(discard, { confirm: answer(false) })).stdout).toBe("nothing is discarded\n");
    const done = await cli([...discard, "--wait"], { confirm: answer(true), env: { USER: "jane" } });
    expect(done).toMatchObject({ code: 0, stdout: "1 dead letters are to be discarded\n" });
    expect(questions).toEqual(Array(2).fill("Give up 1 parked, 0 only behind others for good?"));
    await eventually(() => topic.records.length === 2);
    expect(versionsOf(event, topic.records, "p")).toEqual([2, 3]);
    expect((await cli(["discard", "--key", "q", "--why", "as well", "--by", "joe", "--yes", "--wait"])).code).toBe(0);
    expect(await waiting(services.client)).toBe(0);
    const { rows } = await services.client.query(
      "SELECT outbox_id::int AS row, discarded_by AS by, why FROM waybill.discarded_event ORDER BY outbox_id",
    );
    expect(rows).toHaveLength(4);
    expect(rows).toContainEqual({ row: first, by: "jane", why: "a test" });
    expect(rows).toContainEqual({ row: second, by: "joe", why: "as well" });
    await insertEvents(services.client, event, [{ key: "q", version: 4 }]);
    await eventually(() => versionsOf(event, topic.records, "q").length === 1); // the key is free
  });

  it("names everything that is wrong at once", async () => {
    const { code, stderr } = await cli(["discard", "--reason", "whim", "--id", "x", "--since", "soon", "--all"]);
    expect(code).toBe(2);
    for (const problem of [
      "--all: contradicts a selection",
      '--id: "x" is neither the number of a row nor an event\'s id',
      '--reason: "whim" is none of headers-invalid, ',
      "--since: expects a time",
      "--why is missing",
      "--yes is missing",
    ]) {
      expect(stderr).toContain(problem);
    }
    expect((await cli(["redrive"])).stderr).toContain("which dead letters? Give some of --id, --key,");
  });
});
