import { ErrorCode } from "../protocol/error-codes.ts";
import type { Metadata, OffsetEntry } from "../storage/journal-entry.ts";
import type { Storage } from "../storage/storage.ts";
import { Group, type JoinRequest, type JoinResult, type SyncResult, refuseJoin } from "./group.ts";

/** A group's position in one partition. */
export interface CommittedOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly leaderEpoch: number;
  readonly metadata: string | null;
}

export interface GroupLimits {
  readonly initialRebalanceDelayMs: number;
  readonly minSessionTimeoutMs: number;
  readonly maxSessionTimeoutMs: number;
}

/** The groups by name, with their committed offsets. A group exists while it has members or offsets. */
export class GroupCoordinator {
  readonly #groups = new Map<string, Group>();
  readonly #offsets = new Map<string, Map<string, CommittedOffset>>();
  readonly #storage: Storage;
  readonly #limits: GroupLimits;

  constructor(storage: Storage, limits: GroupLimits) {
    this.#storage = storage;
    this.#limits = limits;
  }

  /** Takes the committed offsets over. Members do not survive a restart: they join anew. */
  restore(metadata: Metadata): void {
    for (const [groupId, offsets] of metadata.offsets) {
      for (const entry of offsets.values()) this.#keep(groupId, { ...entry, offset: BigInt(entry.offset) });
    }
  }

  /** The ids of every group, those with offsets alone too. */
  ids(): string[] {
    return [...this.#groups.keys()];
  }

  group(groupId: string): Group | undefined {
    return this.#groups.get(groupId);
  }

  join(groupId: string, request: JoinRequest): JoinResult | Promise<JoinResult> {
    if (groupId === "") return refuseJoin(ErrorCode.INVALID_GROUP_ID, request.memberId);
    const { minSessionTimeoutMs, maxSessionTimeoutMs } = this.#limits;
    if (request.sessionTimeoutMs < minSessionTimeoutMs || request.sessionTimeoutMs > maxSessionTimeoutMs) {
      return refuseJoin(ErrorCode.INVALID_SESSION_TIMEOUT, request.memberId);
    }
    if (request.memberId !== "" && !this.#groups.has(groupId)) {
      return refuseJoin(ErrorCode.UNKNOWN_MEMBER_ID, request.memberId);
    }
    return this.#groupFor(groupId).join(request);
  }

  sync(
    groupId: string,
    memberId: string,
    generation: number,
    assignments: ReadonlyMap<string, Buffer>,
  ): SyncResult | Promise<SyncResult> {
    if (groupId === "") return { error: ErrorCode.INVALID_GROUP_ID, assignment: Buffer.alloc(0) };
    const group = this.#groups.get(groupId);
    if (group !== undefined) return group.sync(memberId, generation, assignments);
    return { error: ErrorCode.UNKNOWN_MEMBER_ID, assignment: Buffer.alloc(0) };
  }

  heartbeat(groupId: string, memberId: string, generation: number): ErrorCode {
    if (groupId === "") return ErrorCode.INVALID_GROUP_ID;
    return this.#groups.get(groupId)?.heartbeat(memberId, generation) ?? ErrorCode.UNKNOWN_MEMBER_ID;
  }

  leave(groupId: string, memberId: string): ErrorCode {
    if (groupId === "") return ErrorCode.INVALID_GROUP_ID;
    return this.#groups.get(groupId)?.leave(memberId) ?? ErrorCode.UNKNOWN_MEMBER_ID;
  }

  /** Whether this member may commit. A group that does not exist yet takes offsets of no generation. */
  checkCommit(groupId: string, memberId: string, generation: number, transactional: boolean): ErrorCode {
    const group = this.#groups.get(groupId);
    if (group !== undefined) return group.checkCommit(memberId, generation, transactional);
    return generation < 0 ? ErrorCode.NONE : ErrorCode.ILLEGAL_GENERATION;
  }

  /** Keeps an offset that `checkCommit` allowed. @throws the file system's error */
  commit(groupId: string, committed: CommittedOffset): void {
    this.#storage.record(toOffsetEntry(groupId, committed));
    this.#keep(groupId, committed);
  }

  committed(groupId: string, topic: string, partition: number): CommittedOffset | undefined {
    return this.#offsets.get(groupId)?.get(`${topic}/${partition}`);
  }

  allCommitted(groupId: string): CommittedOffset[] {
    return [...(this.#offsets.get(groupId)?.values() ?? [])];
  }

  /** Forgets one committed offset. @throws the file system's error */
  deleteOffset(groupId: string, topic: string, partition: number): void {
    if (this.#offsets.get(groupId)?.delete(`${topic}/${partition}`) !== true) return;
    this.#storage.record({ kind: "offset-deleted", group: groupId, topic, partition });
  }

  /** Deletes a group without members, offsets included. @throws the file system's error */
  delete(groupId: string): ErrorCode {
    const group = this.#groups.get(groupId);
    if (group === undefined) return ErrorCode.GROUP_ID_NOT_FOUND;
    if (group.state !== "Empty") return ErrorCode.NON_EMPTY_GROUP;
    this.#storage.record({ kind: "group-deleted", group: groupId });
    group.close();
    this.#groups.delete(groupId);
    this.#offsets.delete(groupId);
    return ErrorCode.NONE;
  }

  /** Forgets what the groups committed for a topic that is gone: one of the same name starts anew. */
  forgetTopic(topic: string): void {
    for (const offsets of this.#offsets.values()) {
      for (const [key, committed] of offsets) if (committed.topic === topic) offsets.delete(key);
    }
  }

  close(): void {
    for (const group of this.#groups.values()) group.close();
  }

  #keep(groupId: string, { topic, partition, offset, leaderEpoch, metadata }: CommittedOffset): void {
    this.#groupFor(groupId);
    const offsets = this.#offsets.get(groupId) ?? new Map<string, CommittedOffset>();
    offsets.set(`${topic}/${partition}`, { topic, partition, offset, leaderEpoch, metadata });
    this.#offsets.set(groupId, offsets);
  }

  #groupFor(groupId: string): Group {
    let group = this.#groups.get(groupId);
    if (group === undefined) {
      group = new Group(this.#limits.initialRebalanceDelayMs);
      this.#groups.set(groupId, group);
    }
    return group;
  }
}

export function toOffsetEntry(group: string, committed: CommittedOffset): OffsetEntry {
  const { topic, partition, leaderEpoch, metadata } = committed;
  return { kind: "offset", group, topic, partition, offset: String(committed.offset), leaderEpoch, metadata };
}
