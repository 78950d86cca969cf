import { AsyncLocalStorage } from "node:async_hooks";

/** What events inherit from the request or event under which they are published. */
export interface EventContext {
  /** The same for every event of one chain of cause and effect, for example a request's id. Header `ce_correlationid`. */
  readonly correlationId?: string | null;
  /** The id of the event or request that is being handled. Header `ce_causationid`. */
  readonly causationId?: string | null;
  /** W3C trace context, as the request or event brought it. Header `traceparent`. */
  readonly traceparent?: string | null;
  /** Who publishes, a URI reference such as `/checkout`. Wins over the source of the outbox. Header `ce_source`. */
  readonly source?: string | null;
}

const noContext: EventContext = Object.freeze({});
const storageKey = Symbol.for("@waybill/outbox/event-context");

/** One storage for every copy of this package in the process: a consumer and its handlers may load different ones. */
const shared = globalThis as { [storageKey]?: AsyncLocalStorage<EventContext> };

function storage(): AsyncLocalStorage<EventContext> {
  return (shared[storageKey] ??= new AsyncLocalStorage<EventContext>());
}

/**
 * Runs `run` so that every event published under it, however deep and across every `await`, inherits `context`.
 * Contexts nest: a field that is absent keeps its outer value, and null clears it.
 *
 * @returns what `run` returns; its errors pass unchanged
 */
export function runInContext<Result>(context: EventContext, run: () => Result): Result {
  return storage().run(Object.freeze({ ...currentContext(), ...definedFields(context) }), run);
}

/** The context in force; empty outside of {@link runInContext}. */
export function currentContext(): EventContext {
  return storage().getStore() ?? noContext;
}

function definedFields(context: EventContext): EventContext {
  return Object.fromEntries(Object.entries(context).filter(([, value]) => value !== undefined));
}
