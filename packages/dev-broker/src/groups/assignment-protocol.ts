/** A way to assign partitions that a member knows, with what it tells the leader about itself. Opaque to the broker. */
export interface Protocol {
  readonly name: string;
  readonly metadata: Buffer;
}

/** Whether one of `protocols` is known to everyone in `others`. */
export function sharesProtocol(protocols: readonly Protocol[], others: readonly (readonly Protocol[])[]): boolean {
  return protocols.some(({ name }) => knownToAll(name, others));
}

/**
 * The protocol of a generation: among those that every member knows, the one that most members name first. There is
 * one, as no member joins without.
 */
export function chooseProtocol(members: readonly (readonly Protocol[])[]): string {
  const votes = new Map<string, number>();
  for (const protocols of members) {
    const vote = protocols.find(({ name }) => knownToAll(name, members));
    if (vote !== undefined) votes.set(vote.name, (votes.get(vote.name) ?? 0) + 1);
  }
  const [winner] = [...votes].toSorted(([, one], [, other]) => other - one);
  return winner?.[0] ?? "";
}

function knownToAll(name: string, members: readonly (readonly Protocol[])[]): boolean {
  return members.every((protocols) => protocols.some((protocol) => protocol.name === name));
}
