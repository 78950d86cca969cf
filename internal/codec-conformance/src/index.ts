export { createOracle, createResolvingOracle } from "./avsc-oracle.ts";
export { generateModules, type GeneratedFolder, type GeneratedModule } from "./generated-modules.ts";
export { hostileSchema, hostileTwin, reservedWordsSchema, reservedWordsTwin } from "./hostile-schema.ts";
export { createRandom, type Random } from "./random.ts";
export { randomSurrogates } from "./random-leaf.ts";
export { randomPair, type ValuePair } from "./random-value.ts";
export { isSameAsReference } from "./same-as-reference.ts";
export { type SampleSchema, sampleSchemas } from "./sample-schemas.ts";
export { schemaKinds } from "./schema-kinds.ts";
