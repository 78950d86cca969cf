/** A source of numbers that gives the same ones for the same seed on every machine. */
export interface Random {
  /** At least 0, less than 1. */
  readonly fraction: () => number;
  /** An integer between both, each included. */
  readonly integer: (min: number, max: number) => number;
  /** One of several. */
  readonly pick: <Item>(items: readonly [Item, ...Item[]]) => Item;
  readonly bytes: (length: number) => Uint8Array;
}

/** Mulberry32: small and even enough for samples, and no more. */
export function createRandom(seed: number): Random {
  let state = seed | 0;
  const fraction = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const integer = (min: number, max: number) => min + Math.floor(fraction() * (max - min + 1));
  return {
    fraction,
    integer,
    pick: (items) => items[integer(0, items.length - 1)] ?? items[0],
    bytes: (length) => Uint8Array.from({ length }, () => integer(0, 255)),
  };
}
