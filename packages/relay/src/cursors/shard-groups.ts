/** What a lease is for: 64 shards (`waybill.outbox.shard`) in groups of 8. */
export const SHARD_GROUPS = 8;
const SHARDS_PER_GROUP_BITS = 3;

export function groupOf(shard: number): number {
  return shard >> SHARDS_PER_GROUP_BITS;
}

/** The shards of some groups. */
export function shardsOf(groups: readonly number[]): number[] {
  const size = 1 << SHARDS_PER_GROUP_BITS;
  return groups.flatMap((group) => Array.from({ length: size }, (_, index) => group * size + index));
}
