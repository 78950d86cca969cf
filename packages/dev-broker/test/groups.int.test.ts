import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { type TestBroker, startTestBroker } from "@waybill/harness";
import { coordinator, createTopic, eventually, unique } from "./fixtures.ts";
import { RawClient } from "./raw-client.ts";
import {
  type JoinCall,
  type Joined,
  deleteGroup,
  heartbeat,
  joinAsNewMember,
  joinGroup,
  leaveGroup,
  offsetCommit,
  offsetFetch,
  syncGroup,
} from "./raw-groups.ts";

const UNKNOWN_MEMBER_ID = 25;

let broker: TestBroker;
/** A connection each, as a broker answers the requests of one in order, and a join waits for the others. */
let first: RawClient;
let second: RawClient;
let topic: string;
let groupId: string;

beforeAll(async () => {
  broker = await startTestBroker();
  first = await RawClient.connect(broker.brokers[0] ?? "");
  second = await RawClient.connect(broker.brokers[0] ?? "");
  topic = await createTopic(first);
});

afterAll(async () => {
  first.close();
  second.close();
  await broker.stop();
});

beforeEach(async () => {
  groupId = unique("group");
  await coordinator(first, groupId, 0);
  // A broker that was just started knows its groups a moment later, and calls every heartbeat good until then.
  await eventually(
    () => heartbeat(first, groupId, { memberId: "nobody", generation: 1 }),
    (error) => error === UNKNOWN_MEMBER_ID,
  );
});

/** A group of one member that has its assignment. */
async function stableMember(call: Partial<JoinCall> = {}): Promise<Joined> {
  const member = await joinAsNewMember(first, { groupId, ...call });
  await syncGroup(first, groupId, member, { [member.memberId]: "mine" });
  return member;
}

/** A group of two: the leader, on the first connection, and a follower on the second. */
async function stablePair(call: Partial<JoinCall> = {}): Promise<{ leader: Joined; follower: Joined }> {
  const alone = await stableMember(call);
  const joining = joinAsNewMember(second, { groupId, ...call });
  await eventually(
    () => heartbeat(first, groupId, alone),
    (error) => error === 27,
  );
  const leader = await joinGroup(first, { groupId, memberId: alone.memberId, ...call });
  const follower = await joining;
  const syncing = syncGroup(second, groupId, follower);
  await syncGroup(first, groupId, leader, { [leader.memberId]: "one", [follower.memberId]: "two" });
  expect(await syncing).toEqual({ error: 0, assignment: "two" });
  return { leader, follower };
}

describe("a member", () => {
  it("is told its id first (error 79), then leads the generation that it begins", async () => {
    const asked = await joinGroup(first, { groupId });
    expect(asked).toMatchObject({ error: 79, generation: -1 });
    expect(asked.memberId).toMatch(/^raw-client-[0-9a-f-]{36}$/);
    const { memberId } = asked;
    const joined = await joinGroup(first, { groupId, memberId });
    expect(joined).toEqual({
      error: 0,
      generation: 1,
      protocol: "range",
      leader: memberId,
      memberId,
      members: [memberId],
    });
    expect(await syncGroup(first, groupId, joined, { [memberId]: "mine" })).toEqual({ error: 0, assignment: "mine" });
    expect(await syncGroup(first, groupId, joined)).toEqual({ error: 0, assignment: "mine" });
    expect(await heartbeat(first, groupId, joined)).toBe(0);
  });

  it("joins at once before JoinGroup version 4", async () => {
    expect(await joinGroup(first, { groupId, version: 2 })).toMatchObject({ error: 0, generation: 1 });
  });

  it.each<[string, number, Partial<JoinCall>]>([
    ["no group id", 24, { groupId: "" }],
    ["a session timeout below the limit", 26, { sessionTimeoutMs: 100 }],
    ["a session timeout above the limit", 26, { sessionTimeoutMs: 1_900_000 }],
    ["an id of its own invention", 25, { memberId: "nobody" }],
    ["no protocol", 23, { protocols: [] }],
    ["no protocol type", 23, { protocolType: "" }],
  ])("is refused with %s: error %i", async (_, error, call) => {
    expect((await joinGroup(first, { groupId, ...call })).error).toBe(error);
  });

  it("is refused with another protocol than the others: error 23", async () => {
    await stableMember();
    expect((await joinGroup(second, { groupId, protocols: ["other"] })).error).toBe(23);
    expect((await joinGroup(second, { groupId, protocolType: "connect" })).error).toBe(23);
  });

  it("must name its generation (error 22), id (25) and group (24) in every request", async () => {
    const member = await stableMember();
    const { generation } = member;
    const old = { ...member, generation: generation + 5 };
    const stranger = { ...member, memberId: "stranger" };
    expect(await heartbeat(first, groupId, old)).toBe(22);
    expect(await heartbeat(first, groupId, stranger)).toBe(25);
    expect(await heartbeat(first, unique("nowhere"), member)).toBe(25);
    expect(await heartbeat(first, "", member)).toBe(24);
    expect((await syncGroup(first, groupId, old)).error).toBe(22);
    expect((await syncGroup(first, groupId, stranger)).error).toBe(25);
    expect(await leaveGroup(first, groupId, "stranger")).toBe(25);
    expect(await leaveGroup(first, unique("nowhere"), member.memberId)).toBe(25);
  });
});

describe("a rebalance", () => {
  it("gives everyone the next generation, the leader the members, and the protocol that most prefer", async () => {
    const { leader, follower } = await stablePair({ protocols: ["range", "other"] });
    expect(leader).toMatchObject({ generation: 2, protocol: "range", leader: leader.memberId });
    expect(leader.members.toSorted()).toEqual([leader.memberId, follower.memberId].toSorted());
    expect(follower).toMatchObject({ generation: 2, leader: leader.memberId, members: [] });
  });

  it("is announced by error 27 to heartbeats and syncs, while commits of the old generation still count", async () => {
    const member = await stableMember();
    const joining = joinAsNewMember(second, { groupId });
    await eventually(
      () => heartbeat(first, groupId, member),
      (error) => error === 27,
    );
    expect((await syncGroup(first, groupId, member)).error).toBe(27);
    expect(await offsetCommit(first, { groupId, ...member, topic })).toBe(0);
    const leader = await joinGroup(first, { groupId, memberId: member.memberId });
    expect(await offsetCommit(first, { groupId, ...leader, topic })).toBe(27);
    expect((await joining).generation).toBe(leader.generation);
  });

  it("does not start because a follower repeats its join", async () => {
    const { leader, follower } = await stablePair();
    const again = await joinGroup(second, { groupId, memberId: follower.memberId });
    expect(again).toMatchObject({ error: 0, generation: follower.generation });
    expect(await heartbeat(first, groupId, leader)).toBe(0);
  });

  it("starts when a member leaves", async () => {
    const { leader, follower } = await stablePair();
    expect(await leaveGroup(second, groupId, follower.memberId)).toBe(0);
    expect(await leaveGroup(second, groupId, follower.memberId)).toBe(25);
    expect(await heartbeat(first, groupId, leader)).toBe(27);
    const alone = await joinGroup(first, { groupId, memberId: leader.memberId });
    expect(alone).toMatchObject({ generation: 3, members: [leader.memberId] });
  });

  it("starts when a member's session expires", async () => {
    const { leader, follower } = await stablePair({ sessionTimeoutMs: 6_000 });
    // The follower falls silent; the leader's heartbeats keep it alive and tell it.
    await eventually(
      () => heartbeat(first, groupId, leader),
      (error) => error === 27,
    );
    const alone = await joinGroup(first, { groupId, memberId: leader.memberId, sessionTimeoutMs: 6_000 });
    expect(alone.members).toEqual([leader.memberId]);
    expect(await heartbeat(second, groupId, follower)).toBe(25);
  });

  it("goes on without a member that does not join again within the rebalance timeout", async () => {
    const { leader, follower } = await stablePair({ rebalanceTimeoutMs: 500, sessionTimeoutMs: 60_000 });
    const rejoined = await joinGroup(first, { groupId, memberId: leader.memberId, rebalanceTimeoutMs: 500 });
    expect(rejoined.members).toEqual([leader.memberId]);
    expect(await heartbeat(second, groupId, follower)).toBe(25);
  });

  it("starts anew without a member that does not sync within the rebalance timeout", async () => {
    const { leader, follower } = await stablePair({ rebalanceTimeoutMs: 500, sessionTimeoutMs: 60_000 });
    const again = joinGroup(second, {
      groupId,
      memberId: follower.memberId,
      protocols: ["range", "b"],
      rebalanceTimeoutMs: 500,
    });
    const next = await joinGroup(first, { groupId, memberId: leader.memberId, rebalanceTimeoutMs: 500 });
    await again; // joined, and syncs no more
    await syncGroup(first, groupId, next, { [leader.memberId]: "all" });
    await eventually(
      () => heartbeat(first, groupId, next),
      (error) => error === 27,
    );
    expect(await heartbeat(second, groupId, { ...follower, generation: next.generation })).toBe(25);
  });
});

describe("offsets", () => {
  it("are committed without membership while the group is empty, and answered", async () => {
    expect(await offsetFetch(first, groupId, topic)).toEqual({ offset: -1n, error: 0 });
    expect(await offsetCommit(first, { groupId, topic, offset: 41n })).toBe(0);
    expect(await offsetFetch(first, groupId, topic)).toEqual({ offset: 41n, error: 0 });
  });

  it("are refused of no member, an old generation, an unknown topic, or with too much metadata", async () => {
    expect(await offsetCommit(first, { groupId, topic, generation: 5, memberId: "m" })).toBe(22);
    expect(await offsetCommit(first, { groupId, topic: unique("unknown") })).toBe(3);
    expect(await offsetCommit(first, { groupId, topic, metadata: "x".repeat(4_096) })).toBe(0);
    expect(await offsetCommit(first, { groupId, topic, metadata: "x".repeat(4_097) })).toBe(12);
    const member = await stableMember();
    expect(await offsetCommit(first, { groupId, topic })).toBe(25);
    expect(await offsetCommit(first, { groupId, topic, ...member, generation: 9 })).toBe(22);
    expect(await offsetCommit(first, { groupId, topic, ...member, memberId: "m" })).toBe(25);
    expect(await offsetCommit(first, { groupId, topic, ...member })).toBe(0);
  });
});

describe("a group", () => {
  it("is deleted only when it exists (error 69) and has no members (error 68)", async () => {
    const member = await stableMember();
    expect(await deleteGroup(first, groupId)).toBe(68);
    await leaveGroup(first, groupId, member.memberId);
    expect(await deleteGroup(first, groupId)).toBe(0);
    expect(await deleteGroup(first, groupId)).toBe(69);
  });

  it("counts the generation on when it was empty, whatever protocol comes next", async () => {
    const member = await stableMember();
    await leaveGroup(first, groupId, member.memberId);
    const next = await joinAsNewMember(first, { groupId, protocolType: "connect", protocols: ["x"] });
    expect(next).toMatchObject({ error: 0, generation: 3 });
  });
});
