import type { RecordType } from "@waybill/events/codegen/model";
import type { ModuleWriter } from "./module-writer.ts";
import type { ReadFunctions } from "./read-functions.ts";
import { propertyKey, recordLiteral, terminated } from "./record-literal.ts";
import type { VersionTypes } from "./ts-types.ts";

/**
 * Writes a function for each record of one version that reads what other schemas have written. It takes the fields in
 * the writer's order, known only at run time; those of the reader's own types it reads by itself.
 *
 * @returns the properties of the descriptor's `records`: each record's functions by its full name
 */
export function declareResolvers(module: ModuleWriter, types: VersionTypes, reading: ReadFunctions): string[] {
  return [...reading.records].map(([record, read]) => {
    const typeName = types.nameOf(record);
    const name = module.names.claim(`resolve${typeName}`);
    const parameters = `input: ${module.useType("AvroInput")}, steps: readonly ${module.useType("ResolvingStep")}[]`;
    const body = bodyFor(record, types, reading).map((line) => `  ${line}\n`);
    module.declare(`function ${name}(${parameters}): ${typeName} {\n${body.join("")}}`);
    return `${propertyKey(record.fullName)}: { read: ${read}, resolve: ${name} }`;
  });
}

/** Numbers for names of variables, as a field may be called like any word of JavaScript. */
function bodyFor(record: RecordType, types: VersionTypes, reading: ReadFunctions): string[] {
  const variables = record.fields.map(({ type }, i) => `let field${i}!: ${types.expressionOf(type)};`);
  const cases = record.fields.flatMap(({ type }, i) => [
    `    case ${i}:`,
    `      field${i} = step.read === null ? ${reading.expression(type)} : (step.read(input) as ${types.expressionOf(type)});`,
    "      break;",
  ]);
  return [
    ...variables,
    "for (const step of steps) {",
    "  switch (step.place) {",
    ...cases,
    "    default:",
    "      step.read?.(input);",
    "  }",
    "}",
    ...terminated(
      "return ",
      recordLiteral(record, (_, i) => `field${i}`),
    ),
  ];
}
