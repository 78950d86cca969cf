import type { CompatibilityMode } from "@waybill/avro";
import { SchemasError } from "./errors.ts";
import type { RegistryClient } from "./registry-client.ts";
import { isSameSchema } from "./schema-identity.ts";
import { type EventHistory, type Generation, generationsOf, type SchemaTree } from "./schema-tree.ts";

/** What a push would do to one subject. */
export interface SubjectPlan {
  readonly subject: string;
  /** The mode that the subject gets, as it is new; null when it is left alone. */
  readonly setMode: CompatibilityMode | null;
  /** The mode that an existing subject has and keeps although the config names another; else null. */
  readonly otherMode: string | null;
  /** In version order. */
  readonly steps: readonly PushStep[];
}

/** What a push would do with one version. */
export interface PushStep {
  readonly type: string;
  readonly version: number;
  readonly schema: string;
  /**
   * new: to be registered. unchanged: the registry holds it. incompatible: the registry would refuse it. altered: the
   * registry takes another schema for it, and events would carry the id of that one.
   */
  readonly state: "new" | "unchanged" | "incompatible" | "altered";
  /** The id in the registry of what is there; null when nothing is. */
  readonly id: number | null;
  /** What the registry has against an incompatible schema, in its words. */
  readonly reasons: readonly string[];
}

/** A version that a push has registered. */
export interface Registered {
  readonly step: PushStep;
  readonly id: number;
}

/** Requests to the registry that run at once while the plan is made. */
const planConcurrency = 8;

/** Compares a tree with a registry and changes nothing. @throws SchemasError the `registry-…` codes */
export async function planPush(tree: SchemaTree, client: RegistryClient): Promise<readonly SubjectPlan[]> {
  const generations = tree.events.flatMap((event) => generationsOf(event).map((generation) => ({ event, generation })));
  const plans: SubjectPlan[] = [];
  for (let start = 0; start < generations.length; start += planConcurrency) {
    const batch = generations.slice(start, start + planConcurrency);
    plans.push(
      ...(await Promise.all(
        batch.map(({ event, generation }) => planSubject(event, generation, tree.config.mode, client)),
      )),
    );
  }
  return plans;
}

async function planSubject(
  event: EventHistory,
  generation: Generation,
  mode: CompatibilityMode,
  client: RegistryClient,
): Promise<SubjectPlan> {
  const { subject, versions } = generation;
  const isNew = (await client.versions(subject)).length === 0;
  const currentMode = await client.mode(subject);
  const steps: PushStep[] = [];
  for (const { version, text } of versions) {
    const step = { type: event.name.type, version, schema: text };
    steps.push(isNew ? { ...step, state: "new", id: null, reasons: [] } : await planStep(step, subject, client));
  }
  return {
    subject,
    setMode: isNew && currentMode !== mode ? mode : null,
    otherMode: !isNew && currentMode !== mode ? (currentMode ?? "the registry's default") : null,
    steps,
  };
}

async function planStep(
  step: Pick<PushStep, "type" | "version" | "schema">,
  subject: string,
  client: RegistryClient,
): Promise<PushStep> {
  const found = await client.find(subject, step.schema);
  if (found !== null) {
    const state = isSameSchema(step.schema, found.schema) ? "unchanged" : "altered";
    return { ...step, state, id: found.id, reasons: [] };
  }
  const reasons = await client.incompatibilities(subject, step.schema);
  return { ...step, state: reasons.length === 0 ? "new" : "incompatible", id: null, reasons };
}

/**
 * Registers the new versions of a plan, in order, and reads each back. Running it again, also after a failure in the
 * middle, registers only what is still missing.
 *
 * @throws SchemasError `registry-altered-schema` when the registry returns another schema than it was sent,
 * `registry-incompatible` when it refuses one, and the other `registry-…` codes
 */
export async function* applyPush(plan: readonly SubjectPlan[], client: RegistryClient): AsyncGenerator<Registered> {
  for (const { subject, setMode, steps } of plan) {
    if (setMode !== null) await client.setMode(subject, setMode);
    for (const step of steps) {
      if (step.state !== "new") continue;
      const id = await client.register(subject, step.schema);
      if (!isSameSchema(step.schema, await client.byId(id))) throw altered(client.url, subject, step, id);
      yield { step, id };
    }
  }
}

function altered(url: string, subject: string, step: PushStep, id: number): SchemasError {
  return new SchemasError(
    "registry-altered-schema",
    `The registry at ${url} was sent v${step.version} of ${step.type} and keeps another schema under its id ${id} (subject ${subject}). Events would carry that id, so stop here: look at schema ${id} in the registry and at any normalisation that it does.`,
  );
}
