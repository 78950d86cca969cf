import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { RegistryStore, RegistryWriter, SchemaContent } from "../src/store/registry-store.ts";

/** What every store must do. Each test takes subjects of its own. */
export function testRegistryStore(name: string, open: () => Promise<RegistryStore>): void {
  describe(`${name} store`, () => {
    let store: RegistryStore;
    beforeAll(async () => {
      store = await open();
    });
    afterAll(() => store.close());

    const add = (subject: string, text: string, more: Partial<SchemaContent> = {}) =>
      store.write((writer) => writer.addVersion(subject, contentOf(text, more), `identity of ${text}`));

    it("numbers versions within a subject and schemas over all subjects", async () => {
      const first = await add("numbers-a", "1");
      const second = await add("numbers-a", "2");
      const same = await add("numbers-b", "1");
      expect([first.version, second.version, same.version]).toEqual([1, 2, 1]);
      expect(second.schema.id).toBeGreaterThan(first.schema.id);
      expect(same.schema).toEqual(first.schema);
      expect(await store.schemaById(first.schema.id)).toEqual(first.schema);
      expect(await store.schemaById(1_000_000)).toBeNull();
      expect((await store.versionsWithSchema(first.schema.id)).map(({ subject }) => subject)).toEqual([
        "numbers-a",
        "numbers-b",
      ]);
    });

    it("keeps text, references, metadata and rules as they came", async () => {
      const text = '{"type":"string","doc":"ünï 😀"}';
      const more = {
        references: [{ name: "n.T", subject: "s", version: 3 }],
        metadata: { properties: { z: "1", a: "2" } },
        ruleSet: { domainRules: [{ name: "r", kind: "CONDITION" }] },
      };
      const { schema } = await add("kept", text, more);
      expect(await store.schemaById(schema.id)).toEqual({
        id: schema.id,
        identity: `identity of ${text}`,
        text,
        ...more,
      });
      expect(Object.keys((await store.schemaById(schema.id))?.metadata?.["properties"] ?? {})).toEqual(["z", "a"]);
    });

    it("hides on soft deletion and goes on counting", async () => {
      await add("soft", "1");
      await add("soft", "2");
      await store.write((writer) => writer.softDelete("soft", [2]));
      expect((await store.versionsOf("soft")).map(({ deleted }) => deleted)).toEqual([false, true]);
      expect((await add("soft", "3")).version).toBe(3);
    });

    it("forgets on hard deletion what no subject holds any longer, and gives no id twice", async () => {
      const lone = await add("hard-a", "lone");
      const shared = await add("hard-a", "shared");
      await add("hard-b", "shared");
      await store.write((writer) => writer.hardDelete("hard-a", [1, 2]));
      expect(await store.versionsOf("hard-a")).toEqual([]);
      expect(await store.schemaById(lone.schema.id)).toBeNull();
      expect(await store.schemaById(shared.schema.id)).toEqual(shared.schema);
      const again = await add("hard-a", "lone");
      expect(again.version).toBe(1);
      expect(again.schema.id).toBeGreaterThan(shared.schema.id);
    });

    it("lists by prefix, in which no character is special", async () => {
      await add("pre_fix%-a", "1");
      await add("pre_fix%-b", "1");
      await add("preXfix%-c", "1");
      await add("pre_fixZ-d", "1");
      const found = await store.versionsByPrefix("pre_fix%");
      expect(found.map(({ subject }) => subject)).toEqual(["pre_fix%-a", "pre_fix%-b"]);
      await add("pre_fix%-a", "2");
      await store.write((writer) => writer.softDelete("pre_fix%-a", [1]));
      await store.write((writer) => writer.softDelete("pre_fix%-b", [1]));
      expect(await store.subjectsByPrefix("pre_fix%")).toEqual([
        { subject: "pre_fix%-a", deleted: false },
        { subject: "pre_fix%-b", deleted: true },
      ]);
    });

    it("finds who refers to a version", async () => {
      await add("target", "1");
      await add("referrer", "r1", { references: [{ name: "n.T", subject: "target", version: 1 }] });
      await add("other", "r2", { references: [{ name: "n.T", subject: "target", version: 2 }] });
      const referrers = await store.referrersOf("target", 1);
      expect(referrers.map(({ subject }) => subject)).toEqual(["referrer"]);
    });

    it("keeps policies", async () => {
      expect(await store.policyOf("policy")).toEqual({ compatibility: null, mode: null });
      await store.write((writer) => writer.setPolicy("policy", { compatibility: "FULL", mode: null }));
      await store.write((writer) => writer.setPolicy("policy", { compatibility: "FULL", mode: "READONLY" }));
      expect(await store.policyOf("policy")).toEqual({ compatibility: "FULL", mode: "READONLY" });
    });

    it("runs one write at a time, and the next after one that failed", async () => {
      const addUnlessThere = async (writer: RegistryWriter, text: string) => {
        const versions = await writer.versionsOf("raced");
        if (versions.some(({ schema }) => schema.text === text)) throw new Error("already there");
        return (await writer.addVersion("raced", contentOf(text, {}), `raced ${text}`)).version;
      };
      const texts = Array.from({ length: 24 }, (_, index) => String(index % 8));
      const results = await Promise.allSettled(
        texts.map((text) => store.write((writer) => addUnlessThere(writer, text))),
      );
      const versions = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
      expect(versions.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
      expect(await store.versionsOf("raced")).toHaveLength(8);
    });
  });
}

function contentOf(text: string, more: Partial<SchemaContent>): SchemaContent {
  return { text, references: [], metadata: null, ruleSet: null, ...more };
}
