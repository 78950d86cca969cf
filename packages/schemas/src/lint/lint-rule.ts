import type { JsonNode, JsonObjectNode, RecordSchema, SourcePosition } from "@waybill/avro";
import type { EventName } from "../event-name.ts";
import type { LintLevel, LintRuleId } from "./rule-ids.ts";
import type { FieldUse, SchemaUses } from "./schema-uses.ts";

/** A rule of `schemas lint`: a pure function and what the settings and the documentation need of it. */
export interface LintRule {
  readonly id: LintRuleId;
  /** What the rule asks for, on one line. */
  readonly summary: string;
  /** Its level in each preset; `off` has all of them off. */
  readonly levels: { readonly recommended: LintLevel; readonly strict: LintLevel };
  readonly check: (subject: LintSubject) => readonly LintProblem[];
}

/** What an event has besides its schema. */
export interface LintedEvent extends EventName {
  readonly record: RecordSchema;
  /** The field with the partition key, as the config or the schema says; null for none. */
  readonly key: string | null;
}

/** One version of one event or shared type, as the rules look at it. */
export interface LintSubject {
  /** Null for a shared type. */
  readonly event: LintedEvent | null;
  /** Where the record or type is named. */
  readonly nameAt: SourcePosition;
  /** The entities of all events of the tree, such as `order`. */
  readonly entities: ReadonlySet<string>;
  readonly uses: SchemaUses;
  readonly source: LintSource;
}

/** The text of a version's file, for rules that can mend it. */
export interface LintSource {
  /** Without a byte order mark, so that positions count as the parser counts. */
  readonly text: string;
  readonly root: JsonNode;
  /** The object that begins at an offset. */
  readonly objectAt: (offset: number) => JsonObjectNode | undefined;
}

/** What a rule has found. */
export interface LintProblem {
  readonly at: SourcePosition;
  /** What is wrong, on which thing. */
  readonly message: string;
  /** What to do about it. */
  readonly help: string;
  /** Edits that mend it without changing what the schema means; absent where a person must decide. */
  readonly fix?: readonly TextEdit[];
}

/** Puts a text in the place of `text.slice(start, end)`. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A field as messages name it: `"items[].price"`. */
export function quoted(use: FieldUse): string {
  return `"${use.path}"`;
}
