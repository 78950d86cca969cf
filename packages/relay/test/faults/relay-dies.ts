import type { Fault } from "./fault.ts";
import type { FaultRun } from "./fault-run.ts";
import { hasTakenOver, sharers } from "./takeover.ts";

/** Faults of the relay's own process. */
export const relayDies: readonly Fault[] = [
  {
    name: "SIGKILL of the relay at random instants",
    play: (run) =>
      run.strikeRepeatedly(async () => {
        await run.pick(run.crew).kill("SIGKILL");
        run.noteStrike("session");
      }),
  },
  {
    name: "SIGTERM of the relay at random instants",
    play: (run) =>
      run.strikeRepeatedly(async () => {
        await run.pick(run.crew).kill("SIGTERM");
        run.noteStrike("nothing");
      }),
  },
  {
    name: "SIGSTOP of a relay until another has taken over, then SIGCONT",
    relays: 2,
    leaseMs: 1_500,
    play: (run) => run.strikeRepeatedly(() => pauseUntilReplaced(run)),
  },
];

/** It notices nothing until it goes on, with all its connections and whatever it had in hand. */
async function pauseUntilReplaced(run: FaultRun): Promise<void> {
  const { member } = run.pick(await sharers(run));
  member.pause();
  run.noteStrike("session");
  await hasTakenOver(run, member);
  await run.progress();
  member.resume();
}
