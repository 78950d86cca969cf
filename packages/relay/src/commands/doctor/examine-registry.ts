import { messageOf } from "../../errors.ts";
import { RegistryProblem, SchemaRegistry } from "../../publishing/schema-registry.ts";
import type { EventSchema } from "../../sql/event-schema.ts";
import { type Check, checksOf } from "./check.ts";

const { ok, fail } = checksOf("registry");

/** A schema that the newest events of a topic were written with; null when their writer stored none. */
export interface UsedSchema {
  readonly topic: string;
  readonly schemaId: bigint;
  readonly schema: EventSchema | null;
}

/** Looks up what the relay would look up, and registers nothing. */
export async function examineRegistry(url: string, timeoutMs: number, used: readonly UsedSchema[]): Promise<Check[]> {
  const registry = new SchemaRegistry({ url, timeoutMs, autoRegister: false });
  try {
    await registry.check();
  } catch (error) {
    return [fail("reachable", messageOf(error), "Check --registry-url (SCHEMA_REGISTRY_URL).")];
  }
  const checks = [ok("reachable", "answers as a schema registry does")];
  for (const use of used) checks.push(await examineSchema(registry, use));
  return checks;
}

async function examineSchema(registry: SchemaRegistry, { topic, schemaId, schema }: UsedSchema): Promise<Check> {
  if (schema === null) {
    const detail = `waybill.schema has no row ${schemaId}, which events of ${topic} name`;
    return fail(`schema:${schemaId}`, detail, "Mend the writer: @waybill/outbox and waybill.publish store it.");
  }
  const id = `schema:${topic}-${schema.recordName}`;
  try {
    return ok(id, `registered as id ${await registry.idOf(topic, schema)}`);
  } catch (error) {
    if (!(error instanceof RegistryProblem)) throw error;
    return fail(id, error.message, "Run `schemas push`: until then these events cannot be published.");
  }
}
