import { describe, expect, it } from "@jest/globals";
import { type Protocol, chooseProtocol, sharesProtocol } from "./assignment-protocol.ts";

const knows = (...names: string[]): Protocol[] => names.map((name) => ({ name, metadata: Buffer.alloc(0) }));

describe("chooseProtocol", () => {
  it.each<[string, string, Protocol[][]]>([
    ["the only one", "a", [knows("a")]],
    ["the one that everyone knows, though nobody prefers it", "c", [knows("a", "c"), knows("b", "c")]],
    ["the one that most prefer", "b", [knows("a", "b"), knows("b", "a"), knows("b", "a")]],
  ])("takes %s", (_, expected, members) => {
    expect(chooseProtocol(members)).toBe(expected);
  });
});

describe("sharesProtocol", () => {
  it("wants one that all of the others know", () => {
    expect(sharesProtocol(knows("a", "b"), [knows("b"), knows("a", "b")])).toBe(true);
    expect(sharesProtocol(knows("a", "b"), [knows("b"), knows("a")])).toBe(false);
  });
});
