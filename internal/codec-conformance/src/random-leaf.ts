import type { Random } from "./random.ts";

const longEdges = [0n, -1n, 1n, 63n, 64n, -64n, -65n, 2n ** 31n, -(2n ** 31n), 2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n)];
const intEdges = [0, -1, 1, 63, 64, -64, -65, 8191, 8192, 2 ** 31 - 1, -(2 ** 31)];
const doubleEdges = [0, -0, 1.5, -2.25, Number.MAX_VALUE, Number.MIN_VALUE, Number.NaN, Infinity, -Infinity];
/** Lengths around which the codec changes its way of writing or reading. */
const lengthEdges = [0, 1, 23, 24, 25, 63, 64, 65, 99, 100, 101, 1364, 1365, 1366, 2730, 2731, 2732, 8191, 8192];

/** Any 64-bit integer, small ones and edges more often. */
export function randomLong(random: Random): bigint {
  if (random.below(4) === 0) return random.pick(longEdges);
  const bits = (BigInt(random.below(2 ** 32)) << 32n) | BigInt(random.below(2 ** 32));
  return BigInt.asIntN(64, bits) >> BigInt(random.below(64));
}

/** Any 32-bit integer, small ones and edges more often. */
export function randomInt(random: Random): number {
  if (random.below(4) === 0) return random.pick(intEdges);
  return (random.below(2 ** 32) | 0) >> random.below(32);
}

/** Any double, among them those that are no numbers. */
export function randomDouble(random: Random): number {
  return random.below(3) === 0 ? random.pick(doubleEdges) : (random.next() - 0.5) * 10 ** (random.below(40) - 20);
}

/** A date within what JavaScript can hold, most often of our century. */
export function randomDate(random: Random): Date {
  const range = random.below(4) === 0 ? 8.64e15 : 4e12;
  return new Date(Math.trunc((random.next() * 2 - 1) * range));
}

/** A number of at most so many digits. */
export function randomUnscaled(random: Random, precision: number): bigint {
  let digits = "";
  for (let i = 1 + random.below(precision); i > 0; i--) digits += random.below(10);
  return random.below(2) === 0 ? BigInt(digits) : -BigInt(digits);
}

/** Well-formed text: ASCII, two-byte, three-byte and four-byte characters. */
export function randomText(random: Random): string {
  const length = random.below(30) === 0 ? random.pick(lengthEdges) : random.below(40);
  const kind = random.below(5);
  let text = "";
  while (text.length < length) {
    const wide = kind === 4 ? random.below(4) : kind;
    if (wide <= 1) text += String.fromCharCode(random.below(128));
    else if (wide === 2) text += String.fromCharCode(0x80 + random.below(0x780));
    else text += String.fromCodePoint(random.pick([0x20ac, 0xfffd, 0xffff, 0x1f600 + random.below(60), 0x10ffff]));
  }
  return text;
}

/** Text of surrogates with and without their other half, and of ASCII between them: often not well-formed. */
export function randomSurrogates(random: Random): string {
  const length = 1 + random.below(random.below(20) === 0 ? 200 : 12);
  let text = "";
  while (text.length < length) {
    const kind = random.below(4);
    if (kind === 0) text += String.fromCharCode(random.below(128));
    else if (kind === 1) text += String.fromCodePoint(0x1f600 + random.below(60));
    else text += String.fromCharCode((kind === 2 ? 0xd800 : 0xdc00) + random.below(0x400));
  }
  return text;
}

/** A UUID's text, in lower case. */
export function randomUuid(random: Random): string {
  const hex = Array.from({ length: 32 }, () => random.below(16).toString(16)).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** Any bytes. */
export function randomBytes(random: Random, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, () => random.below(256));
}
