import { COMPATIBILITY_MODES, type CompatibilityMode, type JsonNode, type JsonObjectNode } from "@waybill/avro";
import type { Location } from "./finding.ts";
import { type JsonFileProblem, JsonFileReader } from "./json-file.ts";
import { readBrandedIds } from "./branded-ids-config.ts";
import { readWaivers, type Waiver } from "./waiver.ts";
import { type LintConfig, readLintConfig } from "./lint/lint-config.ts";
import { isSettableRule, ruleSettings, type RuleSetting, type SettableRule, settableRules } from "./rule-severity.ts";

/** Name of the config file; the folder that holds it is a schema tree. */
export const configFileName = "schemas.config.json";

/** `schemas.config.json`. */
export interface SchemasConfig {
  /** What each version must keep with the earlier ones of its generation. Default FULL_TRANSITIVE. */
  readonly mode: CompatibilityMode;
  /** Where `schemas generate` writes; null when the tree generates nothing. */
  readonly generate: GenerateConfig | null;
  /** Address of the schema registry, without credentials; null when only the command line names one. */
  readonly registryUrl: string | null;
  /** Severities that differ from their defaults, by rule. */
  readonly rules: ReadonlyMap<SettableRule, RuleSetting>;
  /** Settings of single events by type, such as `orders.order.placed`. */
  readonly events: ReadonlyMap<string, EventConfig>;
  /** Breaks that pass for a time. */
  readonly waivers: readonly Waiver[];
  /** What `schemas lint` looks for. */
  readonly lint: LintConfig;
}

export interface GenerateConfig {
  /** Folder of the generated packages, relative to the tree. */
  readonly out: string;
  /** npm scope of the generated packages, such as `@shop-events`. */
  readonly scope: string;
  /** The brand of the strings in a field, such as `OrderId`, by the field's name. */
  readonly brandedIds: ReadonlyMap<string, string>;
}

export interface EventConfig {
  /** The Kafka topic; default `<domain>.<entity>`. */
  readonly topic?: string;
  /** The field with the partition key, or null for an event without one; default the field that the schema marks. */
  readonly key?: string | null;
  /** Where the config says so. */
  readonly at: Location;
}

/** A config, or everything that is wrong with its text. */
export type ConfigResult =
  | { readonly config: SchemasConfig; readonly problems: null }
  | { readonly config: null; readonly problems: readonly JsonFileProblem[] };

/** Reads the content of `schemas.config.json`. */
export function parseConfig(content: Uint8Array): ConfigResult {
  const reader = new JsonFileReader(configFileName);
  const root = reader.root(content);
  if (root !== null)
    reader.knownKeys(
      root,
      ["$schema", "mode", "generate", "registry", "rules", "events", "waivers", "lint"],
      "the config",
    );
  const config: SchemasConfig = {
    mode: readMode(reader, root?.members.get("mode")) ?? "FULL_TRANSITIVE",
    generate: readGenerate(reader, root?.members.get("generate")),
    registryUrl: readRegistryUrl(reader, root?.members.get("registry")),
    rules: readRules(reader, root?.members.get("rules")),
    events: readEvents(reader, root?.members.get("events")),
    waivers: readWaivers(reader, root?.members.get("waivers")),
    lint: readLintConfig(reader, root?.members.get("lint")),
  };
  const { problems } = reader;
  return problems.length === 0 ? { config, problems: null } : { config: null, problems };
}

function readMode(reader: JsonFileReader, node: JsonNode | undefined): CompatibilityMode | null {
  if (node === undefined) return null;
  const mode = COMPATIBILITY_MODES.find((known) => node.kind === "string" && node.value === known);
  return mode ?? reader.wrong(node, `"mode" must be one of ${COMPATIBILITY_MODES.join(", ")}`);
}

/** Whether a text can be the scope of npm packages, such as `@acme-events`. */
export function isNpmScope(text: string): boolean {
  return /^@[a-z0-9][a-z0-9._-]*$/.test(text);
}

function readGenerate(reader: JsonFileReader, node: JsonNode | undefined): GenerateConfig | null {
  const generate = node && reader.object(node, '"generate"');
  if (!generate) return null;
  reader.knownKeys(generate, ["out", "scope", "brandedIds"], '"generate"');
  const out = requiredString(reader, generate, "out", '"generate"');
  const scope = requiredString(reader, generate, "scope", '"generate"');
  const scopeNode = generate.members.get("scope");
  if (scope !== null && scopeNode !== undefined && !isNpmScope(scope)) {
    reader.wrong(scopeNode, `"scope" must be an npm scope such as @acme-events, not "${scope}"`);
  }
  const brandedIds = readBrandedIds(reader, generate.members.get("brandedIds"));
  return out === null || scope === null ? null : { out, scope, brandedIds };
}

function readRegistryUrl(reader: JsonFileReader, node: JsonNode | undefined): string | null {
  const registry = node && reader.object(node, '"registry"');
  if (!registry) return null;
  reader.knownKeys(registry, ["url"], '"registry"');
  const url = requiredString(reader, registry, "url", '"registry"');
  const urlNode = registry.members.get("url");
  if (url === null || urlNode === undefined) return null;
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    return reader.wrong(urlNode, '"url" must be an http or https address, such as http://localhost:8081');
  }
  if (parsed.username !== "" || parsed.password !== "") {
    return reader.wrong(
      urlNode,
      '"url" must hold no user or password: this file is public to all who read the repository. Give them in SCHEMA_REGISTRY_URL',
    );
  }
  return url;
}

function readRules(reader: JsonFileReader, node: JsonNode | undefined): ReadonlyMap<SettableRule, RuleSetting> {
  const rules = new Map<SettableRule, RuleSetting>();
  const object = node && reader.object(node, '"rules"');
  if (!object) return rules;
  reader.knownKeys(object, settableRules, '"rules"');
  for (const [rule, member] of object.members) {
    if (!isSettableRule(rule)) continue;
    const setting = ruleSettings.find((known) => member.kind === "string" && member.value === known);
    if (setting === undefined) reader.wrong(member, `"${rule}" must be one of ${ruleSettings.join(", ")}`);
    else rules.set(rule, setting);
  }
  return rules;
}

function readEvents(reader: JsonFileReader, node: JsonNode | undefined): ReadonlyMap<string, EventConfig> {
  const events = new Map<string, EventConfig>();
  const object = node && reader.object(node, '"events"');
  if (!object) return events;
  for (const [type, member] of object.members) {
    const event = reader.object(member, `"${type}"`);
    if (event !== null) events.set(type, readEvent(reader, event, type));
  }
  return events;
}

/** What Kafka allows in the name of a topic. */
const topicName = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/;

function readEvent(reader: JsonFileReader, event: JsonObjectNode, type: string): EventConfig {
  reader.knownKeys(event, ["topic", "key"], `"${type}"`);
  const topicNode = event.members.get("topic");
  const topic = topicNode && reader.string(topicNode, '"topic"');
  if (topicNode && topic && !topicName.test(topic)) {
    reader.wrong(
      topicNode,
      `"${topic}" is no topic name: Kafka takes 1 to 249 letters, digits, dots, underscores and hyphens`,
    );
  }
  const keyNode = event.members.get("key");
  const key = keyNode && (keyNode.kind === "null" ? null : reader.string(keyNode, '"key"'));
  return { ...(topic ? { topic } : {}), ...(key === undefined ? {} : { key }), at: reader.locate(event.at) };
}

function requiredString(reader: JsonFileReader, object: JsonObjectNode, key: string, what: string): string | null {
  const node = object.members.get(key);
  return node === undefined ? reader.wrong(object, `${what} needs "${key}"`) : reader.string(node, `"${key}"`);
}
