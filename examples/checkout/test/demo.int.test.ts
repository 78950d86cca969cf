import { afterAll, expect, it } from "@jest/globals";
import { createTestDatabase, startTestBroker } from "@waybill/harness";
import pg from "pg";
import { runDemo } from "../src/demo/run-demo.ts";
import type { DemoSize } from "../src/demo/trading-day.ts";

const database = await createTestDatabase();
const broker = await startTestBroker();
afterAll(async () => {
  await broker.stop();
  await database.drop();
});

const size: Omit<DemoSize, "settleDeadlineMs"> = {
  orders: 30,
  customers: 3,
  scarceStock: 1,
  concurrency: 5,
  synchronousOrders: 5,
};

async function demo(settleDeadlineMs = 40_000): Promise<{ findings: readonly string[]; output: string }> {
  let output = "";
  const terminal = { live: false, colours: false, write: (text: string) => void (output += text) };
  const env = { DATABASE_URL: database.url, KAFKA_BROKERS: broker.brokers.join(",") };
  const findings = await runDemo({
    terminal,
    env,
    size: { ...size, settleDeadlineMs },
    signal: new AbortController().signal,
  });
  return { findings, output };
}

it("brings every order to its end, through a killed relay", async () => {
  const { findings, output } = await demo();
  expect(findings).toEqual([]);
  expect(output).toMatch(/delivered +25\n/);
  expect(output).toMatch(/payment failed +3\n/);
  expect(output).toMatch(/out of stock +2\n/);
  expect(output).toContain("is killed by SIGKILL after 10 orders");
  // One whole chain of cause and effect, to its end.
  expect(output).toMatch(/orders\.order\.placed v[12].*\n.*stock\.reserved.*\n.*order\.confirmed.*\n.*scheduled/);
  expect(output).toMatch(/└─ orders\.order\.delivered v1/);
});

it("fails, saying what is missing, when a group cannot do its work", async () => {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query("ALTER TABLE emails ADD CONSTRAINT broken CHECK (template <> 'order-cancelled') NOT VALID");
  await client.end();
  // Five orders of this second run on the same services are cancelled.
  await expect(demo(3_000)).rejects.toThrow(
    /^the shop has not settled after 3 s:\n[^]*the group email has handled \d+ of its \d+ events/,
  );
});
