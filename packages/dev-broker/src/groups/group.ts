import { randomUUID } from "node:crypto";
import { ErrorCode } from "../protocol/error-codes.ts";
import { type Protocol, chooseProtocol, sharesProtocol } from "./assignment-protocol.ts";

/*
A classic consumer group (the coordinator's side of KIP-62's protocol):

            first member joins                    every member has joined, or the
   Empty ----------------------> PreparingRebalance  rebalance timeout has passed
     ^                            ^      |    ^     \
     | no member is left          |      |     \     v
     +----------------------------+------+      CompletingRebalance
                 a member joins anew, |         a member joins, leaves  |
                 leaves or expires    |         or does not sync        | the leader syncs
                                    Stable <----------------------------+
*/
export type GroupState = "Empty" | "PreparingRebalance" | "CompletingRebalance" | "Stable";

export interface JoinRequest {
  readonly memberId: string;
  readonly clientId: string;
  readonly clientHost: string;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly protocolType: string;
  readonly protocols: readonly Protocol[];
  /** From JoinGroup version 4 on a new member is told its id first, and joins with it (KIP-394). */
  readonly memberIdRequired: boolean;
}

export interface JoinResult {
  readonly error: ErrorCode;
  readonly memberId: string;
  readonly generation: number;
  readonly protocol: string;
  readonly leader: string;
  /** Every member with its metadata, for the leader; empty for the others. */
  readonly members: readonly { readonly id: string; readonly metadata: Buffer }[];
}

export interface SyncResult {
  readonly error: ErrorCode;
  readonly assignment: Buffer;
}

export interface GroupDescription {
  readonly state: GroupState;
  readonly protocolType: string;
  readonly protocol: string;
  readonly members: readonly Pick<Member, "id" | "clientId" | "clientHost" | "assignment">[];
}

interface Member {
  readonly id: string;
  readonly clientId: string;
  readonly clientHost: string;
  sessionTimeoutMs: number;
  rebalanceTimeoutMs: number;
  protocols: readonly Protocol[];
  assignment: Buffer;
  sessionTimer: NodeJS.Timeout | undefined;
  answerJoin: ((result: JoinResult) => void) | undefined;
  answerSync: ((result: SyncResult) => void) | undefined;
  synced: boolean;
}

const nothing = Buffer.alloc(0);

/** One consumer group's members and generations. Committed offsets are not its business. */
export class Group {
  #state: GroupState = "Empty";
  #generation = 0;
  #leader = "";
  #protocol = "";
  #protocolType = "";
  readonly #members = new Map<string, Member>();
  /** Member ids that were given out and have not joined yet, with the timers that take them back. */
  readonly #pending = new Map<string, NodeJS.Timeout>();
  readonly #initialDelayMs: number;
  #rebalanceTimer: NodeJS.Timeout | undefined;
  #waitsForMore = false;

  /** `initialDelayMs`: how long the first rebalance of an empty group waits for more members. */
  constructor(initialDelayMs: number) {
    this.#initialDelayMs = initialDelayMs;
  }

  get state(): GroupState {
    return this.#state;
  }

  get protocolType(): string {
    return this.#protocolType;
  }

  describe(): GroupDescription {
    const protocol = this.#state === "Stable" ? this.#protocol : "";
    return { state: this.#state, protocolType: this.#protocolType, protocol, members: [...this.#members.values()] };
  }

  /** A member's metadata under the chosen protocol, while there is one. */
  metadataOf(memberId: string): Buffer {
    const member = this.#members.get(memberId);
    return this.#state === "Stable" && member !== undefined ? this.#metadata(member) : nothing;
  }

  /** Answers when the rebalance that this join causes, or waits for, has ended. */
  join(request: JoinRequest): JoinResult | Promise<JoinResult> {
    const { memberId, protocolType, protocols } = request;
    if (protocolType === "" || protocols.length === 0 || !this.#supports(protocolType, protocols)) {
      return refuseJoin(ErrorCode.INCONSISTENT_GROUP_PROTOCOL, memberId);
    }
    const member = this.#members.get(memberId);
    if (member !== undefined) return this.#rejoin(member, request);
    if (memberId === "") {
      const newId = `${request.clientId}-${randomUUID()}`;
      if (!request.memberIdRequired) return this.#add(newId, request);
      const timer = setTimeout(() => this.#forgetPending(newId), request.sessionTimeoutMs);
      this.#pending.set(newId, timer);
      return refuseJoin(ErrorCode.MEMBER_ID_REQUIRED, newId);
    }
    if (!this.#pending.has(memberId)) return refuseJoin(ErrorCode.UNKNOWN_MEMBER_ID, memberId);
    clearTimeout(this.#pending.get(memberId));
    this.#pending.delete(memberId);
    return this.#add(memberId, request);
  }

  /** Answers the member's assignment, as soon as the leader has sent it. */
  sync(
    memberId: string,
    generation: number,
    assignments: ReadonlyMap<string, Buffer>,
  ): SyncResult | Promise<SyncResult> {
    const member = this.#members.get(memberId);
    if (member === undefined) return refuseSync(ErrorCode.UNKNOWN_MEMBER_ID);
    if (generation !== this.#generation) return refuseSync(ErrorCode.ILLEGAL_GENERATION);
    if (this.#state === "PreparingRebalance") return refuseSync(ErrorCode.REBALANCE_IN_PROGRESS);
    this.#keepAlive(member);
    member.synced = true;
    if (this.#state === "Stable") return { error: ErrorCode.NONE, assignment: member.assignment };
    if (memberId === this.#leader) {
      this.#distribute(assignments);
      return { error: ErrorCode.NONE, assignment: member.assignment };
    }
    return new Promise((answer) => {
      member.answerSync?.({ error: ErrorCode.REBALANCE_IN_PROGRESS, assignment: nothing });
      member.answerSync = answer;
    });
  }

  heartbeat(memberId: string, generation: number): ErrorCode {
    const member = this.#members.get(memberId);
    if (member === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
    if (generation !== this.#generation) return ErrorCode.ILLEGAL_GENERATION;
    this.#keepAlive(member);
    return this.#state === "PreparingRebalance" ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE;
  }

  leave(memberId: string): ErrorCode {
    if (this.#pending.has(memberId)) {
      this.#forgetPending(memberId);
      return ErrorCode.NONE;
    }
    const member = this.#members.get(memberId);
    if (member === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
    this.#remove(member);
    return ErrorCode.NONE;
  }

  /**
   * Whether these offsets may be committed: by a member of the current generation, or by anyone (generation -1, no
   * member id) while the group is empty.
   */
  checkCommit(memberId: string, generation: number, transactional: boolean): ErrorCode {
    if (generation < 0 && this.#state === "Empty") return ErrorCode.NONE;
    if (generation >= 0 || memberId !== "") {
      const member = this.#members.get(memberId);
      if (member === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
      if (generation !== this.#generation) return ErrorCode.ILLEGAL_GENERATION;
      this.#keepAlive(member);
    } else if (!transactional && this.#state !== "Empty") {
      return ErrorCode.UNKNOWN_MEMBER_ID;
    }
    const settling = !transactional && this.#state === "CompletingRebalance";
    return settling ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE;
  }

  /** Ends every wait and timer: the broker stops, or the group is deleted. */
  close(): void {
    clearTimeout(this.#rebalanceTimer);
    for (const timer of this.#pending.values()) clearTimeout(timer);
    for (const member of this.#members.values()) this.#release(member, ErrorCode.UNKNOWN_MEMBER_ID);
    this.#members.clear();
    this.#pending.clear();
  }

  #rejoin(member: Member, request: JoinRequest): JoinResult | Promise<JoinResult> {
    const unchanged = sameProtocols(member.protocols, request.protocols);
    const retries = this.#state === "CompletingRebalance" && unchanged;
    const followsOn = this.#state === "Stable" && unchanged && member.id !== this.#leader;
    if (retries || followsOn) {
      this.#keepAlive(member);
      return this.#joined(member);
    }
    member.protocols = request.protocols;
    member.sessionTimeoutMs = request.sessionTimeoutMs;
    member.rebalanceTimeoutMs = request.rebalanceTimeoutMs;
    return this.#awaitJoin(member);
  }

  #add(id: string, request: JoinRequest): Promise<JoinResult> {
    this.#protocolType = request.protocolType;
    const member: Member = {
      id,
      clientId: request.clientId,
      clientHost: request.clientHost,
      sessionTimeoutMs: request.sessionTimeoutMs,
      rebalanceTimeoutMs: request.rebalanceTimeoutMs,
      protocols: request.protocols,
      assignment: nothing,
      sessionTimer: undefined,
      answerJoin: undefined,
      answerSync: undefined,
      synced: false,
    };
    this.#members.set(id, member);
    return this.#awaitJoin(member);
  }

  #awaitJoin(member: Member): Promise<JoinResult> {
    return new Promise((answer) => {
      member.answerJoin?.(refuseJoin(ErrorCode.REBALANCE_IN_PROGRESS, member.id));
      member.answerJoin = answer;
      this.#keepAlive(member);
      if (this.#state === "PreparingRebalance") this.#completeJoinWhenReady();
      else this.#prepareRebalance();
    });
  }

  #prepareRebalance(): void {
    for (const member of this.#members.values()) {
      member.answerSync?.({ error: ErrorCode.REBALANCE_IN_PROGRESS, assignment: nothing });
      member.answerSync = undefined;
    }
    this.#waitsForMore = this.#state === "Empty" && this.#initialDelayMs > 0;
    this.#state = "PreparingRebalance";
    const delayMs = this.#waitsForMore ? this.#initialDelayMs : this.#rebalanceTimeoutMs();
    this.#startTimer(delayMs, () => this.#completeJoin());
    this.#completeJoinWhenReady();
  }

  #completeJoinWhenReady(): void {
    if (this.#waitsForMore || this.#pending.size > 0) return;
    const members = [...this.#members.values()];
    if (members.every((member) => member.answerJoin !== undefined)) this.#completeJoin();
  }

  /** Starts the next generation with those who have joined; whoever has not is no member any more. */
  #completeJoin(): void {
    clearTimeout(this.#rebalanceTimer);
    this.#waitsForMore = false;
    for (const member of this.#members.values()) {
      if (member.answerJoin === undefined) this.#forget(member, ErrorCode.UNKNOWN_MEMBER_ID);
    }
    this.#generation += 1;
    const [first] = this.#members.values();
    if (first === undefined) {
      this.#state = "Empty";
      this.#leader = "";
      this.#protocol = "";
      return;
    }
    this.#state = "CompletingRebalance";
    if (!this.#members.has(this.#leader)) this.#leader = first.id;
    const members = [...this.#members.values()];
    this.#protocol = chooseProtocol(members.map((member) => member.protocols));
    for (const member of members) {
      member.assignment = nothing;
      member.synced = false;
      this.#keepAlive(member);
      member.answerJoin?.(this.#joined(member));
      member.answerJoin = undefined;
    }
    this.#startTimer(this.#rebalanceTimeoutMs(), () => this.#expelUnsynced());
  }

  #distribute(assignments: ReadonlyMap<string, Buffer>): void {
    this.#state = "Stable";
    for (const member of this.#members.values()) {
      member.assignment = assignments.get(member.id) ?? nothing;
      member.answerSync?.({ error: ErrorCode.NONE, assignment: member.assignment });
      member.answerSync = undefined;
    }
    if ([...this.#members.values()].every((member) => member.synced)) clearTimeout(this.#rebalanceTimer);
  }

  /** The rebalance timeout has passed since the generation began: who has not synced holds the others up. */
  #expelUnsynced(): void {
    const unsynced = [...this.#members.values()].filter((member) => !member.synced);
    for (const member of unsynced) this.#forget(member, ErrorCode.UNKNOWN_MEMBER_ID);
    if (unsynced.length > 0) this.#prepareRebalance();
  }

  #remove(member: Member): void {
    this.#forget(member, ErrorCode.UNKNOWN_MEMBER_ID);
    if (this.#state === "PreparingRebalance") this.#completeJoinWhenReady();
    else this.#prepareRebalance();
  }

  #forget(member: Member, answer: ErrorCode): void {
    this.#members.delete(member.id);
    this.#release(member, answer);
  }

  #release(member: Member, answer: ErrorCode): void {
    clearTimeout(member.sessionTimer);
    member.answerJoin?.(refuseJoin(answer, member.id));
    member.answerSync?.({ error: answer, assignment: nothing });
    member.answerJoin = undefined;
    member.answerSync = undefined;
  }

  #forgetPending(memberId: string): void {
    clearTimeout(this.#pending.get(memberId));
    this.#pending.delete(memberId);
    if (this.#state === "PreparingRebalance") this.#completeJoinWhenReady();
  }

  /** Starts the member's session anew. While an answer is owed to it, it cannot be asked for signs of life. */
  #keepAlive(member: Member): void {
    clearTimeout(member.sessionTimer);
    member.sessionTimer = setTimeout(() => {
      if (member.answerJoin === undefined && member.answerSync === undefined) this.#remove(member);
      else this.#keepAlive(member);
    }, member.sessionTimeoutMs);
  }

  #startTimer(delayMs: number, action: () => void): void {
    clearTimeout(this.#rebalanceTimer);
    this.#rebalanceTimer = setTimeout(action, delayMs);
  }

  #rebalanceTimeoutMs(): number {
    return Math.max(0, ...[...this.#members.values()].map((member) => member.rebalanceTimeoutMs));
  }

  #supports(protocolType: string, protocols: readonly Protocol[]): boolean {
    if (this.#members.size === 0) return true;
    const others = [...this.#members.values()].map((member) => member.protocols);
    return protocolType === this.#protocolType && sharesProtocol(protocols, others);
  }

  #metadata(member: Member): Buffer {
    return member.protocols.find((protocol) => protocol.name === this.#protocol)?.metadata ?? nothing;
  }

  #joined(member: Member): JoinResult {
    const members =
      member.id === this.#leader
        ? [...this.#members.values()].map((each) => ({ id: each.id, metadata: this.#metadata(each) }))
        : [];
    return {
      error: ErrorCode.NONE,
      memberId: member.id,
      generation: this.#generation,
      protocol: this.#protocol,
      leader: this.#leader,
      members,
    };
  }
}

/** A join that is refused. */
export function refuseJoin(error: ErrorCode, memberId: string): JoinResult {
  return { error, memberId, generation: -1, protocol: "", leader: "", members: [] };
}

function refuseSync(error: ErrorCode): SyncResult {
  return { error, assignment: nothing };
}

function sameProtocols(one: readonly Protocol[], other: readonly Protocol[]): boolean {
  if (one.length !== other.length) return false;
  return one.every(({ name, metadata }, index) => {
    const counterpart = other[index];
    return counterpart?.name === name && counterpart.metadata.equals(metadata);
  });
}
