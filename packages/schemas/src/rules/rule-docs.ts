import type { Rule } from "../finding.ts";
import { waivableRules } from "../waiver.ts";
import { formatExample } from "./rule-examples.ts";

/** What there is to know of a rule. The README's table and the pages in docs/rules say the same, held equal by a test. */
export interface RuleDoc {
  /** The severity of its findings. */
  readonly severity: string;
  /** What the rule finds, as the rest of "found when …". */
  readonly found: string;
  /** Why that is worth a finding. */
  readonly why: string;
  /** What to do about it. */
  readonly fix: string;
}

/** The documentation of each rule of `schemas check`. */
export const ruleDocs: Readonly<Record<Rule, RuleDoc>> = {
  parse: {
    severity: "error",
    found: "a file is not UTF-8 or not JSON",
    why: "Nothing can be read from such a file, so no other rule can look at it.",
    fix: "correct the text at the place",
  },
  avro: {
    severity: "error, or warning where Avro tells readers to overlook it",
    found:
      "the schema is invalid by Avro 1.12: names, types, defaults, repeated keys, logical types; the code in brackets says which",
    why: "Avro implementations differ in what they let pass. A schema that all of them take is one that every consumer can read. What the specification tells readers to overlook, such as a logical type on a type that cannot carry it, is a warning: it has no effect, and was most likely meant to have one.",
    fix: "correct the schema; the README of @waybill/avro explains the codes",
  },
  "file-unknown": {
    severity: "error",
    found: "a file is not a version of an event",
    why: "No command would read the file. A schema with a misspelt name would be neither checked nor registered, without a word.",
    fix: "rename it to `<domain>/<entity>.<action>/v<N>.avsc`, or move it out",
  },
  "event-name": {
    severity: "error",
    found: "the folders name no event",
    why: "The names of the topic, the record, the registry's subject and the generated package are made of the event's name, so it must fit all of them: lower case, words joined by underscores.",
    fix: "rename them",
  },
  "event-unknown": {
    severity: "error",
    found: "the config has settings for an event that does not exist",
    why: "Most often it is a typing error, by which the settings of a real event would have no effect.",
    fix: "correct the name",
  },
  "contract-invalid": {
    severity: "error",
    found: "a file in `consumers` is no contract: its JSON, its keys, or the name of its service",
    why: "A contract that cannot be read warns nobody of a break, and the fields that its service reads would count as unread.",
    fix: "correct the file; `schemas consumers add` writes one",
  },
  "contract-unknown": {
    severity: "error",
    found: "a contract names an event, version or field that the tree lacks",
    why: "Most often it is a typing error, by which the service would not be named where a change hurts it.",
    fix: "correct the name; `schemas show <event>` has the fields",
  },
  "version-gap": {
    severity: "error",
    found: "a version number is missing",
    why: "Versions count up from 1. A missing one was either lost or never written, and its number could be given twice.",
    fix: "rename the file to the missing number",
  },
  "type-name": {
    severity: "error",
    found: "a shared type is no record, enum or fixed, or its full name is not that of its path",
    why: "Schemas use a shared type by its full name, and find the file to import by it. As the definition is put into schemas of other namespaces, the name must be written in full.",
    fix: "name it `types.<Name>` by its folder, or `types.<Name>V<N>` from version N on where it does not go on from the version before",
  },
  "import-invalid": {
    severity: "error",
    found:
      "`waybill.imports` is no list of shared types of the tree: another form, a path out of the tree, a file that does not exist, a repetition",
    why: "The list says which version of each shared type is part of the schema. What it cannot find would be missing in the text that is registered.",
    fix: "list paths such as `types/money/v1.avsc` at the top of the schema",
  },
  "import-missing": {
    severity: "error",
    found: "a schema uses a type of another file that it does not import itself, or that cannot be imported",
    why: "Several versions of a type may define one name. Only the path says which is meant, and a type that comes along with another could go when that changes.",
    fix: "add the path to `waybill.imports`; a type that is defined inside another file moves to a file of its own",
  },
  "import-unused": {
    severity: "warning",
    found: "a schema imports a type that it does not use",
    why: "Readers of the schema would look for the type in vain. The text that is registered does not hold it.",
    fix: "remove the import",
  },
  "import-cycle": {
    severity: "error",
    found: "a shared type imports itself, by way of others or at once",
    why: "A definition must stand before its use, so neither of two files that need each other could come first.",
    fix: "put the types that need each other into one file",
  },
  "import-conflict": {
    severity: "error",
    found: "the imports of a schema bring two definitions of one name, such as two versions of a type",
    why: "A schema defines each name once. Which of the two was meant is not to be guessed.",
    fix: "use one of the two throughout, or give the newer a name of its own",
  },
  "record-required": {
    severity: "error",
    found: "a version is no record",
    why: "Only a record can gain fields in a later version and still be read by programs that know the earlier one.",
    fix: "wrap it in a record",
  },
  "record-name": {
    severity: "error",
    found: "the full name of the record is not that of its path",
    why: "Registries and consumers know an event by the full name of its record. Two spellings of one event would be two events.",
    fix: "correct `namespace` and `name`",
  },
  "generation-name": {
    severity: "error",
    found: "a later version's record has neither its generation's name nor that of a new one",
    why: "Versions with one record name share a registry subject and must be compatible. A new name with the version's own number begins a new generation, with a subject of its own and an upcaster in consumers. Any other name is neither.",
    fix: "keep the name, or name it `…V<N>` by its version",
  },
  "key-field": {
    severity: "error",
    found:
      "not exactly one field is the key, or its type is not string, int, long or enum, or schema and config contradict",
    why: "Kafka keeps events in order only within a partition, and the key chooses it. Floats have several texts for one value, bytes have none, and null spreads the events of one entity over all partitions.",
    fix: "mark the field that names the entity",
  },
  "key-moved": {
    severity: "error, settable",
    found: "the key is another field than in the version before, or, by the config, than it was released with",
    why: "Events of one entity would go to another partition from one version to the next, and consumers would see them out of order.",
    fix: "keep the field; a new key belongs on a new topic",
  },
  "key-narrowed": {
    severity: "error, settable",
    found: "the key takes fewer values than in the version before, such as an int after a long",
    why: "Keys that were written already would have no place in the new type, and their entities could get no further event.",
    fix: "keep its type; a new key belongs on a new topic",
  },
  "topic-moved": {
    severity: "error, settable",
    found: "the config gives a released event another topic than it was released with",
    why: "Consumers of the old topic would get no further event, and the registry's subjects, which are named by the topic, would begin anew without the history that is checked.",
    fix: "keep the topic; for another one make a new event, and publish both for a time",
  },
  "logical-scale": {
    severity: "error, settable",
    found: "a decimal has another scale, so that readers put the point elsewhere",
    why: "Avro writes a decimal's digits without its point. A reader with another scale takes 12.34 for 1234 or 0.1234, and no error tells it.",
    fix: "keep the scale; add a field beside it",
  },
  "logical-unit": {
    severity: "error, settable",
    found: "a time or timestamp counts in another unit",
    why: "Both are a plain number on the wire. A reader with another unit is wrong by a factor of a thousand or more, and no error tells it.",
    fix: "keep the unit; add a field beside it",
  },
  "logical-precision": {
    severity: "warning, settable",
    found: "a reader's decimal has fewer digits than the writer's",
    why: "The largest amounts of the writer do not fit what the reader prepared for, such as a column of its database.",
    fix: "allow as many digits as before",
  },
  "logical-type": {
    severity: "warning, settable",
    found: "a logical type is another one, gone, or new",
    why: "The bytes stay readable, and what they mean and the type that code gets for them does not stay the same.",
    fix: "keep it, or make sure that the values mean the same",
  },
  "default-changed": {
    severity: "warning, settable",
    found: "a field's default is another one",
    why: "A default stands for what older events lack. With another one the same old event reads differently from one consumer to the next.",
    fix: "keep it: events without the field would be read differently",
  },
  "enum-default-changed": {
    severity: "warning, settable",
    found: "an enum's default symbol is another one, or gone",
    why: "Readers take a symbol that they do not know for the default. Without it they fail, and with another one they act on something else.",
    fix: "keep it",
  },
  "source-renamed": {
    severity: "warning, settable",
    found: "a property of the generated type has another name, by a field's alias",
    why: "An alias lets new code read old events. Code that was written for the old name no longer compiles.",
    fix: "keep the name: an alias renames for old data, not for code",
  },
  "source-removed": {
    severity: "warning, settable",
    found: "a property is gone",
    why: "Code that uses the property no longer compiles with the newer package.",
    fix: "keep the field until no program uses it",
  },
  "source-type": {
    severity: "warning, settable",
    found: "a property has another type, such as `bigint` after `number`",
    why: "The values can be read, and code that calculates with them or passes them on no longer compiles.",
    fix: "keep the type, or add a field beside it",
  },
  "source-union": {
    severity: "warning, settable",
    found: "a type becomes a union, or a union gains or loses a member or a `$type`",
    why: "Code must tell the members of a union apart, and a switch over all of them is no longer exhaustive.",
    fix: "add a field beside it, or tell those who use the event",
  },
  "source-nullable": {
    severity: "warning, settable",
    found: "`null` comes to a type, and readers must deal with it",
    why: "Code that uses the value as it was no longer compiles under strict checks.",
    fix: "keep it required",
  },
  "source-required": {
    severity: "warning, settable",
    found: "`null` goes from a type, and cannot be published any more",
    why: "Code that publishes null no longer compiles.",
    fix: "keep it as long as programs publish it",
  },
  "source-enum": {
    severity: "warning, settable",
    found: "an enum gains symbols, which exhaustive switches lack, or loses some",
    why: "A switch over all symbols is no longer exhaustive, or names a symbol that is gone.",
    fix: "tell those who use the event",
  },
  incompatible: {
    severity: "error",
    found:
      "a version and an earlier one of its generation cannot read each other as the mode asks, by Avro's schema resolution",
    why: "Topics hold events of all versions, and producers and consumers are deployed on their own. In the default mode, FULL_TRANSITIVE, every program reads every version, older and newer than its own, so that the order of deployments is free and topics can be replayed from their start.",
    fix: "keep it compatible, or begin a new generation",
  },
  "consumers-first": {
    severity: "note, settable",
    found: "an earlier version cannot read a version, through a field alone that no consumer contract lists",
    why: "Nobody's code needs the field, so it may go. Yet a program that was built with the earlier version decodes the whole event by its schema, that field included: it fails until it has the newer version's package. Its code stays as it is, but it must be deployed before the first event of the new version is published. The finding names the services whose contracts list no version that new. With the severity `error` the version passes only when every contract lists it.",
    fix: "deploy the services that the finding names with the version's package, then publish with it",
  },
  "released-edited": {
    severity: "error",
    found: "a released version's text differs from the lock or the baseline",
    why: "Events written with the version are in topics, and programs built on it are running. What they know as this version must stay what it was; docs count too, as they are part of the text that is registered.",
    fix: "restore it and add a version",
  },
  "released-removed": {
    severity: "error",
    found: "a released version is gone",
    why: "Topics may still hold events of the version, and consumers need its schema to read them.",
    fix: "restore it; once no topic holds its events and no program reads them, `schemas release --retire` marks it as retired",
  },
  unreleased: {
    severity: "note",
    found: "the lock does not hold a version",
    why: "The version may still change, so nothing that lasts should be written with it. The note tells reviewers which versions are still open.",
    fix: "`schemas release` when it is ready",
  },
  "waiver-expired": {
    severity: "error",
    found: "the last day of a waiver is over",
    why: "A waiver lets a break pass for a time, within which somebody promised to mend it. Without an end it would be forgotten.",
    fix: "mend the break and remove the waiver, or agree on a later date with its owner",
  },
  "waiver-unused": {
    severity: "warning",
    found: "a waiver lets nothing pass; for `released-edited` and `released-removed` only with `--against`",
    why: "It would let the same break pass unseen later on. Most often the break was mended, or the waiver names another version or field than the finding does.",
    fix: "remove it, or correct it",
  },
};

/** The page of a rule, in Markdown. */
export function formatRulePage(rule: Rule): string {
  const { severity, found, why, fix } = ruleDocs[rule];
  return `# ${rule}

Severity: ${severity}

Found when ${found}.

## Why

${why}

## What to do

${capitalize(fix)}.
${formatExample(rule)}${isWaivable(rule) ? waiverSection(rule) : ""}`;
}

function isWaivable(rule: Rule): boolean {
  return waivableRules.some((waivable) => waivable === rule);
}

function waiverSection(rule: Rule): string {
  const hasField = !rule.startsWith("released-") && rule !== "topic-moved";
  return `
## Waiver

For a break that is meant, \`schemas.config.json\` takes a waiver with a reason, an owner and a last day:

\`\`\`json
{
  "waivers": [
    {
      "rule": "${rule}",
      "event": "orders.order.placed",
      "version": 2,${hasField ? '\n      "field": "total",' : ""}
      "reason": "Only our own tests have read this version.",
      "owner": "team-orders",
      "expires": "2026-12-31"
    }
  ]
}
\`\`\`
${hasField ? `\n\`field\` is the path in the finding's \`about\`, as \`--format json\` shows it; leave it out where the finding has none.\n` : ""}`;
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
