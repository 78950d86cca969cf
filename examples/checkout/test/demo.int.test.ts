import { afterAll, expect, it } from "@jest/globals";
import { createTestDatabase, startTestBroker } from "@waybill/harness";
import { runDemo } from "../src/demo/run-demo.ts";
import type { DemoSize } from "../src/demo/trading-day.ts";

const database = await createTestDatabase();
const broker = await startTestBroker();
afterAll(async () => {
  await broker.stop();
  await database.drop();
});

const size: DemoSize = {
  orders: 30,
  customers: 3,
  scarceStock: 1,
  concurrency: 5,
  synchronousOrders: 5,
  settleDeadlineMs: 40_000,
};

async function demo(): Promise<{ findings: readonly string[]; output: string }> {
  let output = "";
  const terminal = { live: false, colours: false, write: (text: string) => void (output += text) };
  const env = { DATABASE_URL: database.url, KAFKA_BROKERS: broker.brokers.join(",") };
  const findings = await runDemo({ terminal, env, size, signal: new AbortController().signal });
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
