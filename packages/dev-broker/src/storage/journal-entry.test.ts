import { describe, expect, it } from "@jest/globals";
import { type JournalEntry, applyEntry, emptyMetadata, entriesOf } from "./journal-entry.ts";

function sumOf(entries: readonly JournalEntry[]): ReturnType<typeof emptyMetadata> {
  const metadata = emptyMetadata();
  for (const entry of entries) applyEntry(metadata, entry);
  return metadata;
}

const topic = (name: string, partitions: number): JournalEntry => {
  return { kind: "topic", name, id: `id-of-${name}`, partitions, configs: {} };
};

const offset = (group: string, of: string, value: string): JournalEntry => {
  return { kind: "offset", group, topic: of, partition: 0, offset: value, leaderEpoch: -1, metadata: null };
};

const history: readonly JournalEntry[] = [
  topic("kept", 1),
  topic("gone", 1),
  topic("kept", 3),
  offset("group", "kept", "1"),
  offset("group", "gone", "5"),
  offset("group", "kept", "2"),
  offset("deleted", "kept", "2"),
  { kind: "log-start", topicId: "id-of-kept", partition: 2, offset: "7" },
  { kind: "log-start", topicId: "id-of-gone", partition: 0, offset: "7" },
  { kind: "topic-deleted", name: "gone" },
  { kind: "group-deleted", group: "deleted" },
  { kind: "next-producer-id", producerId: "3" },
];

describe("a journal", () => {
  it("adds up to what is left of its changes", () => {
    const metadata = sumOf(history);
    expect([...metadata.topics.values()]).toEqual([topic("kept", 3)]);
    expect([...metadata.offsets.keys()]).toEqual(["group"]);
    expect([...(metadata.offsets.get("group")?.values() ?? [])]).toEqual([offset("group", "kept", "2")]);
    expect(metadata.nextProducerId).toBe(3n);
  });

  it("is rewritten to a shorter one with the same sum", () => {
    const rewritten = entriesOf(sumOf(history));
    expect(rewritten).toHaveLength(4);
    expect(entriesOf(sumOf(rewritten))).toEqual(rewritten);
  });

  it("takes no entry that it does not know", () => {
    expect(() => applyEntry(emptyMetadata(), JSON.parse('{"kind":"later"}') as JournalEntry)).toThrow(
      "no kind of entry",
    );
  });
});
