import { describe, expect, it } from "@jest/globals";
import { finishedBetween, isAtOrAfter, parseSnapshot } from "./snapshot.ts";

describe("parseSnapshot", () => {
  it("reads PostgreSQL's text", () => {
    expect(parseSnapshot("10:20:10,14,15")).toEqual({
      xmin: 10n,
      xmax: 20n,
      xip: [10n, 14n, 15n],
      text: "10:20:10,14,15",
    });
    expect(parseSnapshot("18446744073709551000:18446744073709551001:").xmax).toBe(18446744073709551001n);
  });

  it.each(["", "1:2", "1:2:3,", "a:2:", "1:2:3;DROP"])("refuses %j", (text) => {
    expect(() => parseSnapshot(text)).toThrow(SyntaxError);
  });
});

describe("finishedBetween", () => {
  it("is what was running and is not any more", () => {
    expect(finishedBetween(parseSnapshot("10:20:10,14,15"), parseSnapshot("14:30:14,25"))).toEqual([10n, 15n]);
  });

  it("is nothing when all still run, or when none ran", () => {
    expect(finishedBetween(parseSnapshot("10:20:10,14"), parseSnapshot("10:30:10,14"))).toEqual([]);
    expect(finishedBetween(parseSnapshot("20:20:"), parseSnapshot("30:30:"))).toEqual([]);
  });
});

describe("isAtOrAfter", () => {
  it.each([
    ["the same", "10:20:10,14", "10:20:10,14", true],
    ["later", "10:20:10,14", "14:30:14,25", true],
    ["one more ended", "10:20:10,14", "14:20:14", true],
    ["one that had ended runs", "14:20:14", "10:20:10,14", false],
    ["earlier", "14:30:14,25", "10:20:10,14", false],
    ["a new one runs", "20:20:", "20:22:20,21", true],
    ["the beginning", "3:3:", "10:20:10", true],
    ["lower end", "10:20:10", "10:19:10", false],
  ])("%s", (_, before, after, expected) => {
    expect(isAtOrAfter(parseSnapshot(after), parseSnapshot(before))).toBe(expected);
  });

  it("agrees with what single transactions look like", () => {
    const texts = ["3:3:", "5:9:5,7", "5:9:7", "7:9:7", "9:9:", "5:12:5,7,10", "7:12:7,10", "12:12:"].map(
      parseSnapshot,
    );
    const sees = (snapshot: (typeof texts)[number], xid: bigint) => xid < snapshot.xmax && !snapshot.xip.includes(xid);
    for (const a of texts) {
      for (const b of texts) {
        const isSuperset = Array.from({ length: 12 }, (_, n) => BigInt(n + 3)).every(
          (xid) => sees(a, xid) || !sees(b, xid),
        );
        if (isAtOrAfter(a, b)) expect(isSuperset).toBe(true);
      }
    }
  });
});
