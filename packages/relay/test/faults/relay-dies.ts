import { expect } from "@jest/globals";
import { eventually } from "@waybill/harness";
import type { Fault } from "./fault.ts";
import type { FaultRun } from "./fault-run.ts";
import { someReady } from "./relay-crew.ts";

/** Faults of the relay's own process. */
export const relayDies: readonly Fault[] = [
  {
    name: "SIGKILL of the relay at random instants",
    play: (run) =>
      run.strikeRepeatedly(async () => {
        await run.pick(run.crew).kill("SIGKILL");
        run.noteStrike({ losesReplies: true });
      }),
  },
  {
    name: "SIGTERM of the relay at random instants",
    play: (run) =>
      run.strikeRepeatedly(async () => {
        await run.pick(run.crew).kill("SIGTERM");
        run.noteStrike({ losesReplies: false });
      }),
  },
  {
    name: "SIGSTOP of a relay until another has taken over, then SIGCONT",
    relays: 2,
    async play(run) {
      await someReady(run.crew);
      await run.strikeRepeatedly(() => pauseUntilReplaced(run));
    },
  },
];

/** Whoever publishes is paused and cut off, and goes on when its successor is at work. */
async function pauseUntilReplaced(run: FaultRun): Promise<void> {
  const index = await eventually(async () => {
    const answers = await Promise.all(run.crew.map((member) => member.readiness()));
    const ready = answers.flatMap((answer, n) => (answer?.status === 200 ? [n] : []));
    return ready.length > 0 && { at: run.pick(ready) };
  });
  const [member, route] = [run.crew[index.at], run.routes[index.at]];
  if (member === undefined || route === undefined) throw new Error("there is no such relay");
  const before = await epochs(run);
  member.pause();
  route.toDatabase.refuse(); // the server gives its lock free
  run.noteStrike({ losesReplies: true });
  await eventually(async () => (await epochs(run)) > before);
  await run.progress();
  member.resume();
  route.toDatabase.heal();
  expect(member.process.pid).toBeGreaterThan(0);
}

/** Rises with every takeover. */
async function epochs(run: FaultRun): Promise<number> {
  const [row] = await run.query<{ sum: string }>("SELECT sum(epoch) FROM waybill.relay_cursor");
  return Number(row?.sum);
}
