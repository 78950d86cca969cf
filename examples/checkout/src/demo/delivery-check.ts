/** An event as the outbox holds it. */
export interface OutboxEvent {
  /** Grows in the order in which one key's events were committed. */
  readonly outboxId: bigint;
  readonly eventId: string;
  readonly type: string;
  readonly topic: string;
  readonly key: string | null;
}

/** A record as a topic holds it. Records of one partition stand in the order of their offsets. */
export interface TopicRecord {
  readonly eventId: string;
  readonly type: string;
  readonly topic: string;
  readonly key: string | null;
}

/** An inbox row: a consumer group's transaction for this event has committed. */
export interface HandledEvent {
  readonly groupId: string;
  readonly eventId: string;
}

/** What the outbox, the topics and the inboxes hold, each counted by itself. */
export interface DeliveryEvidence {
  readonly outbox: readonly OutboxEvent[];
  readonly topics: readonly TopicRecord[];
  readonly inbox: readonly HandledEvent[];
  /** The event types that each consumer group handles. */
  readonly subscriptions: ReadonlyMap<string, ReadonlySet<string>>;
}

export interface TypeCount {
  readonly type: string;
  readonly outbox: number;
  /** Events on the topic, each counted once. */
  readonly topic: number;
  /** Further copies on the topic: sent again by a relay that died before it could save how far it was. */
  readonly copies: number;
}

export interface GroupCount {
  readonly groupId: string;
  /** Outbox events of the types that the group handles. */
  readonly expected: number;
  readonly handled: number;
  /** Copies that came to the group and changed nothing. */
  readonly absorbed: number;
}

export interface DeliveryReport {
  readonly types: readonly TypeCount[];
  readonly groups: readonly GroupCount[];
  /** What is wrong, a sentence each. Empty: nothing lost, nothing invented, in order, each handled exactly once. */
  readonly findings: readonly string[];
}

/** Compares what was published with what arrived and with what was handled. Pure. */
export function checkDelivery(evidence: DeliveryEvidence): DeliveryReport {
  const types = countTypes(evidence);
  const groups = countGroups(evidence);
  return {
    types,
    groups,
    findings: [...topicFindings(evidence), ...orderFindings(evidence), ...inboxFindings(evidence)],
  };
}

function countTypes({ outbox, topics }: DeliveryEvidence): TypeCount[] {
  const types = [...new Set([...outbox, ...topics].map(({ type }) => type))].sort();
  return types.map((type) => {
    const records = topics.filter((record) => record.type === type);
    const distinct = new Set(records.map(({ eventId }) => eventId)).size;
    const published = outbox.filter((event) => event.type === type).length;
    return { type, outbox: published, topic: distinct, copies: records.length - distinct };
  });
}

function countGroups({ outbox, topics, inbox, subscriptions }: DeliveryEvidence): GroupCount[] {
  const copies = new Map(countTypes({ outbox, topics, inbox, subscriptions }).map((row) => [row.type, row.copies]));
  return [...subscriptions].map(([groupId, types]) => ({
    groupId,
    expected: outbox.filter(({ type }) => types.has(type)).length,
    handled: inbox.filter((row) => row.groupId === groupId).length,
    absorbed: [...types].reduce((sum, type) => sum + (copies.get(type) ?? 0), 0),
  }));
}

/** Nothing lost, nothing invented, nothing on the wrong topic or under the wrong key. */
function* topicFindings({ outbox, topics }: DeliveryEvidence): Generator<string> {
  const published = new Map(outbox.map((event) => [event.eventId, event]));
  const arrived = new Set(topics.map(({ eventId }) => eventId));
  for (const { eventId, type, topic } of outbox) {
    if (!arrived.has(eventId)) yield `lost: ${type} ${eventId} is in the outbox and not on ${topic}`;
  }
  for (const record of topics) {
    const event = published.get(record.eventId);
    if (event === undefined) {
      yield `invented: ${record.type} ${record.eventId} is on ${record.topic} and not in the outbox`;
    } else if (event.topic !== record.topic || event.key !== record.key || event.type !== record.type) {
      yield `changed: ${record.type} ${record.eventId} arrived on ${record.topic} with another topic, key or type`;
    }
  }
}

/** First deliveries of one key come in the order of the outbox. */
function* orderFindings({ outbox, topics }: DeliveryEvidence): Generator<string> {
  const positions = new Map(outbox.map(({ eventId, outboxId }) => [eventId, outboxId]));
  const seen = new Set<string>();
  const latest = new Map<string, bigint>();
  for (const { eventId, topic, key, type } of topics) {
    const position = positions.get(eventId);
    if (position === undefined || key === null || seen.has(eventId)) continue;
    seen.add(eventId);
    const lane = `${topic}/${key}`;
    const before = latest.get(lane) ?? -1n;
    if (position < before) yield `out of order: ${type} ${eventId} came after a later event of key ${key} on ${topic}`;
    else latest.set(lane, position);
  }
}

/** Each group handled each event of its types once, and no other. */
function* inboxFindings({ outbox, inbox, subscriptions }: DeliveryEvidence): Generator<string> {
  for (const [groupId, types] of subscriptions) {
    const expected = new Map(outbox.filter(({ type }) => types.has(type)).map((event) => [event.eventId, event.type]));
    const handled = new Set<string>();
    for (const { eventId } of inbox.filter((row) => row.groupId === groupId)) {
      if (handled.has(eventId)) yield `twice: ${groupId} handled ${eventId} more than once`;
      if (!expected.has(eventId)) yield `unexpected: ${groupId} handled ${eventId}, which is not for it`;
      handled.add(eventId);
    }
    for (const [eventId, type] of expected) {
      if (!handled.has(eventId)) yield `unhandled: ${groupId} has not handled ${type} ${eventId}`;
    }
  }
}
