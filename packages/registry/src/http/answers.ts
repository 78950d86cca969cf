import type { StoredSchema, StoredVersion } from "../store/registry-store.ts";

/** A schema as the API shows it: optional parts are left out when there are none, as Confluent's registry does. */
export function schemaAnswer({ text, references, metadata, ruleSet }: StoredSchema): Readonly<Record<string, unknown>> {
  return {
    schema: text,
    ...(references.length === 0 ? {} : { references }),
    ...(metadata === null ? {} : { metadata }),
    ...(ruleSet === null ? {} : { ruleSet }),
  };
}

/** A version with its schema as the API shows it. */
export function versionAnswer({ subject, version, deleted, schema }: StoredVersion): Readonly<Record<string, unknown>> {
  return { subject, version, id: schema.id, ...schemaAnswer(schema), ...(deleted ? { deleted } : {}) };
}
