import { expect, it } from "@jest/globals";
import type { ConsumerEvent } from "./consumer-event.ts";
import { OffsetCommitter } from "./offset-committer.ts";

/** A group member whose commits end when the test says so. */
function fakeMember() {
  const commits: { offsets: string[]; settle: PromiseWithResolvers<void> }[] = [];
  return {
    commits,
    commit(offsets: readonly { topic: string; partition: number; offset: bigint }[]): Promise<void> {
      const settle = Promise.withResolvers<void>();
      commits.push({ offsets: offsets.map((at) => `${at.topic}/${at.partition}@${at.offset}`), settle });
      return settle.promise;
    },
  };
}

const at = (partition: number, offset: bigint) => ({ topic: "t", partition, offset });

it("gathers what is done while a commit is under way, and commits the offset of the next record", async () => {
  const member = fakeMember();
  const committer = new OffsetCommitter(member, () => {});
  committer.done(at(0, 4n));
  committer.done(at(0, 5n));
  committer.done(at(1, 0n));
  committer.done(at(0, 6n));
  expect(member.commits.map(({ offsets }) => offsets)).toEqual([["t/0@5"]]);
  member.commits[0]?.settle.resolve();
  await Promise.resolve();
  await Promise.resolve();
  expect(member.commits[1]?.offsets).toEqual(["t/0@7", "t/1@1"]);
  member.commits[1]?.settle.resolve();
  await committer.flush();
  expect(member.commits).toHaveLength(2);
});

it("repeats a failed commit, with newer offsets where there are", async () => {
  const member = fakeMember();
  const events: ConsumerEvent[] = [];
  const committer = new OffsetCommitter(member, (event) => events.push(event));
  committer.done(at(0, 4n));
  committer.done(at(1, 4n));
  member.commits[0]?.settle.reject(new Error("rebalancing"));
  while (member.commits.length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(member.commits[1]?.offsets).toEqual(["t/0@5", "t/1@5"]);
  member.commits[1]?.settle.resolve();
  await committer.flush();
  expect(events.map(({ kind }) => kind)).toEqual(["commit-failed", "committed", "committed"]);
});

it("commits nothing after the assignment is over", async () => {
  const member = fakeMember();
  const committer = new OffsetCommitter(member, () => {});
  committer.done(at(0, 4n));
  committer.done(at(0, 5n));
  committer.close();
  committer.done(at(0, 6n));
  member.commits[0]?.settle.resolve();
  await committer.flush();
  expect(member.commits).toHaveLength(1);
});
