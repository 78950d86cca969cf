import { Counter, type CounterConfiguration } from "prom-client";

/** More than any shop has; Prometheus keeps a series for each, in every instance. */
const MAX_TOPICS = 250;

/** No topic can have this name: a space is not allowed in one. */
export const OTHER_TOPICS = "other topics";

/**
 * A counter by topic. Topics come out of rows that anybody may have written, so only the first are counted by name: what
 * writes a topic for each customer must not bring Prometheus down.
 */
export function createTopicCounter(configuration: CounterConfiguration<"topic">): Counter<"topic"> {
  const counter = new Counter(configuration);
  const named = new Set<string>();
  const labelOf = (topic: string): string => {
    if (named.has(topic)) return topic;
    if (named.size >= MAX_TOPICS) return OTHER_TOPICS;
    named.add(topic);
    return topic;
  };
  // prom-client gives each counter its own `inc`, which a subclass could not override.
  const inc = counter.inc.bind(counter);
  const incBounded = ({ topic }: { topic: string }, events = 1) => inc({ topic: labelOf(topic) }, events);
  return Object.assign(counter, { inc: incBounded as typeof counter.inc });
}
