import { expect, it } from "@jest/globals";
import { topicsOfManifest } from "./manifest-topics.ts";

it("reads each topic once", () => {
  const events = [{ topic: "b.b" }, { topic: "a.a" }, { topic: "b.b" }];
  expect(topicsOfManifest({ manifestVersion: 1, events }, "m")).toEqual(["a.a", "b.b"]);
  expect(topicsOfManifest({ manifestVersion: 1 }, "m")).toEqual([]);
});

it.each([
  [null, "is no manifest.json"],
  [{ name: "package.json" }, "is no manifest.json"],
  [{ manifestVersion: 2, events: [] }, "is of form 2"],
  [{ manifestVersion: 1, events: [{}] }, "an event without topic"],
])("refuses %j", (content, message) => {
  expect(() => topicsOfManifest(content, "m.json")).toThrow(
    `m.json: ${message.startsWith("an") ? "holds " : ""}${message}`,
  );
});
