import { expect } from "@jest/globals";
import { eventually, type TcpProxy } from "@waybill/harness";
import type { Fault, StrikeLoss } from "./fault.ts";
import type { FaultRun } from "./fault-run.ts";

/** Faults between relay and broker, and of the broker. */
export const brokerFails: readonly Fault[] = [
  {
    name: "the broker's replies are lost",
    play: (run) =>
      run.strikeRepeatedly(async () => {
        const [toBroker] = run.pick(run.routes).toBrokers as [TcpProxy];
        const before = toBroker.lostBytes;
        toBroker.dropReplies();
        run.noteStrike("reply");
        await eventually(() => toBroker.lostBytes > before);
        toBroker.heal();
      }),
  },
  {
    name: "the network to the broker is cut, half-closed, slow, stalled or black",
    play: (run) =>
      run.strikeByEach(networkFaults, (way) => breakNetwork(run, run.pick(run.routes).toBrokers, way, "reply")),
  },
  {
    name: "SIGKILL of the broker and restart",
    play: (run) =>
      run.strikeRepeatedly(async () => {
        await run.broker.kill();
        run.noteStrike("reply");
        await run.last(500);
        await run.broker.start();
      }),
  },
  {
    name: "the broker's disk is full",
    isImpossible: ({ rig }) => (rig.disk === null ? "mounting a small disk takes root on Linux" : null),
    play: (run) => run.strikeRepeatedly(() => fillDisk(run)),
  },
];

/** What becomes of a network. */
export const networkFaults = ["refuse", "reset", "halfClose", "delay", "stall", "blackhole", "dropReplies"] as const;

/** One of the network's faults for a while; then all is well. Bytes that a stall held arrive late. */
export async function breakNetwork(
  run: FaultRun,
  proxies: readonly TcpProxy[],
  way: (typeof networkFaults)[number],
  loses: StrikeLoss,
): Promise<void> {
  const ms = 1 + run.random() * 100;
  for (const proxy of proxies) {
    if (way === "delay") proxy.delay(ms);
    else proxy[way]();
  }
  run.noteStrike(loses);
  await run.last(8_000);
  for (const proxy of proxies) {
    proxy.delay(0);
    proxy.heal();
  }
}

/** Full until the broker has died of it, or the relay says that it does not publish; then there is room again. */
async function fillDisk(run: FaultRun): Promise<void> {
  const { disk } = run.rig;
  if (disk === null) throw new Error("there is no small disk");
  let hasDied = false;
  void run.broker.ended().then(() => (hasDied = true));
  await disk.fill();
  run.noteStrike("reply");
  await eventually(async () => {
    const answers = await Promise.all(run.crew.map((member) => member.readiness()));
    return answers.some((answer) => answer?.text.includes('"broker"'));
  });
  await run.last(1_000);
  await disk.free();
  // Apache Kafka halts when its only log folder fails; a supervisor starts it again.
  await run.broker.kill();
  await run.broker.start();
  expect(hasDied).toBe(true);
}
