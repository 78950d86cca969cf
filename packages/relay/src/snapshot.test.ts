import { describe, expect, it } from "@jest/globals";
import { finishedBetween, parseSnapshot } from "./snapshot.ts";

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
