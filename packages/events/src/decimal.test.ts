import { describe, expect, it } from "@jest/globals";
import { Decimal } from "./decimal.ts";

describe("Decimal.parse", () => {
  it.each([
    { text: "12.50", unscaled: 1250n, scale: 2 },
    { text: "-0.05", unscaled: -5n, scale: 2 },
    { text: "+7", unscaled: 7n, scale: 0 },
    { text: "00.10", unscaled: 10n, scale: 2 },
    { text: "123456789012345678901234567890.1", unscaled: 1234567890123456789012345678901n, scale: 1 },
  ])("reads $text", ({ text, unscaled, scale }) => {
    expect(Decimal.parse(text)).toEqual(new Decimal(unscaled, scale));
  });

  it("pads to the scale asked for, and drops no digit but zeros", () => {
    expect(Decimal.parse("7", 2)).toEqual(new Decimal(700n, 2));
    expect(Decimal.parse("7.500", 1)).toEqual(new Decimal(75n, 1));
    expect(() => Decimal.parse("7.505", 2)).toThrow(
      new RangeError("a Decimal with digits beyond the point does not fit scale 2: round it first"),
    );
  });

  it.each(["", ".5", "5.", "1e3", " 1", "1,5", "0x10", "NaN", "--1", "١"])("refuses %p", (text) => {
    expect(() => Decimal.parse(text)).toThrow(SyntaxError);
  });
});

it("refuses a scale or digits that are none", () => {
  for (const scale of [-1, 1.5, Number.NaN, 1e9]) expect(() => new Decimal(1n, scale)).toThrow(RangeError);
  expect(() => new Decimal(5 as unknown as bigint, 0)).toThrow(TypeError);
});

it.each([
  { unscaled: 0n, scale: 0, text: "0" },
  { unscaled: 0n, scale: 2, text: "0.00" },
  { unscaled: 5n, scale: 2, text: "0.05" },
  { unscaled: -5n, scale: 2, text: "-0.05" },
  { unscaled: -1250n, scale: 2, text: "-12.50" },
  { unscaled: 1250n, scale: 0, text: "1250" },
])("writes $text with all digits of the scale, as text and in JSON", ({ unscaled, scale, text }) => {
  const decimal = new Decimal(unscaled, scale);
  expect(decimal.toString()).toBe(text);
  expect(JSON.stringify({ decimal })).toBe(`{"decimal":"${text}"}`);
  expect(decimal.toNumber()).toBe(Number(text));
  expect(Decimal.parse(text)).toEqual(decimal);
});

it("adds, subtracts and multiplies exactly", () => {
  const price = Decimal.parse("0.10");
  expect(price.plus(Decimal.parse("0.2")).toString()).toBe("0.30");
  expect(price.minus(Decimal.parse("0.205")).toString()).toBe("-0.105");
  expect(price.times(3).toString()).toBe("0.30");
  expect(price.times(10n ** 20n).toString()).toBe("10000000000000000000.00");
  expect(() => price.times(1.5)).toThrow(RangeError);
  expect(price.negated().negated()).toEqual(price);
});

it("compares numbers, not their digits", () => {
  expect(Decimal.parse("1.5").equals(Decimal.parse("1.50"))).toBe(true);
  expect(Decimal.parse("1.5").compare(Decimal.parse("1.49"))).toBe(1);
  expect(Decimal.parse("-1.5").compare(Decimal.parse("-1.49"))).toBe(-1);
  expect(
    ["2", "-1", "1.99"]
      .map((text) => Decimal.parse(text))
      .toSorted((a, b) => a.compare(b))
      .join(" "),
  ).toBe("-1 1.99 2");
});

it("keeps its number when its scale changes", () => {
  const price = Decimal.parse("12.5");
  expect(price.rescale(3).toString()).toBe("12.500");
  expect(price.rescale(3).rescale(1)).toEqual(price);
  expect(() => price.rescale(0)).toThrow(RangeError);
});

it("knows a Decimal of another copy of this package", () => {
  const foreign = Object.create({ [Symbol.for("@waybill/events/Decimal")]: true }) as object;
  expect(Decimal.is(foreign)).toBe(true);
  expect([1, null, "1.5", {}, { unscaled: 1n, scale: 0 }].some((value) => Decimal.is(value))).toBe(false);
});
