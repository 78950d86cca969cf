/** A seeded source of randomness, so that every failure can be had again. */
export interface Random {
  /** From 0 up to 1, without 1. */
  next(): number;
  /** An integer from 0 up to the bound, without it. */
  below(bound: number): number;
  /** One of the items. */
  pick<Item>(items: readonly Item[]): Item;
}

/** Mulberry32: small, quick, and good enough for test data. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  const below = (bound: number): number => Math.floor(next() * bound);
  return { next, below, pick: (items) => items[below(items.length)]! };
}
