/** An event as a node of a chain of cause and effect. */
export interface ChainEvent {
  readonly eventId: string;
  readonly type: string;
  readonly version: number;
  readonly causationId: string | null;
  readonly time: Date;
}

/**
 * The events of one correlation id as a tree: under each event those that it caused. Events whose cause is none of
 * them stand at the root. Times count from the first event. Pure.
 */
export function drawEventTree(events: readonly ChainEvent[]): string[] {
  const ordered = [...events].sort((a, b) => a.time.getTime() - b.time.getTime());
  const ids = new Set(ordered.map(({ eventId }) => eventId));
  const startedAt = ordered[0]?.time.getTime() ?? 0;
  const children = (cause: string | null) =>
    ordered.filter(({ causationId }) => (causationId !== null && ids.has(causationId) ? causationId : null) === cause);
  const draw = (cause: string | null, indent: string): string[] => {
    const siblings = children(cause);
    return siblings.flatMap((event, index) => {
      const last = index === siblings.length - 1;
      const label = `${event.type} v${event.version}  +${event.time.getTime() - startedAt} ms`;
      return [`${indent}${last ? "└─" : "├─"} ${label}`, ...draw(event.eventId, `${indent}${last ? "   " : "│  "}`)];
    });
  };
  return draw(null, "");
}
