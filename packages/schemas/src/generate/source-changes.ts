import type { SourcePosition } from "@waybill/avro";
import type { AvroType, EnumType, RecordType } from "@waybill/events/codegen/model";
import { type BrandedIds, brandsIn, type StringBrands } from "./branded-ids.ts";
import { ModuleWriter } from "./module-writer.ts";
import { capitalised } from "./names.ts";
import { VersionTypes } from "./ts-types.ts";
import {
  elementOf,
  fieldsOf,
  isEnum,
  isNullable,
  isRecord,
  membersOf,
  type TypedField,
  typedRecordOf,
  type TypedSchema,
  type TypedVersion,
} from "./typed-schema.ts";

/** How a generated type changes so that code written for it may not compile any more. */
export type SourceChangeKind =
  | "FIELD_RENAMED"
  | "FIELD_REMOVED"
  | "TYPE_CHANGED"
  | "UNION_CHANGED"
  | "NULL_ADDED"
  | "NULL_REMOVED"
  | "SYMBOLS_CHANGED";

/** One such change. */
export interface SourceChange {
  readonly kind: SourceChangeKind;
  /** Where in the event, by the newer version's names: `lines[].price`; empty for the event itself. */
  readonly path: string;
  /** What changes, and which code it concerns. */
  readonly message: string;
  readonly older: SourcePosition;
  readonly newer: SourcePosition;
}

/**
 * How the TypeScript that is generated for a version differs from that of an earlier one, as far as code that moves
 * from the earlier to the later may not compile. A field that is new is no such change, as code that reads events
 * compiles; code that publishes them must give it.
 *
 * @param brandedIds what the config brands: to brand a field, too, changes its type. Default: nothing
 * @throws DecodeError when one of the schemas is none that code can be generated for
 */
export function findSourceChanges(
  older: TypedVersion,
  newer: TypedVersion,
  brandedIds: GeneratedWith = { older: new Map(), newer: new Map() },
): readonly SourceChange[] {
  const pair = { older: typedRecordOf(older), newer: typedRecordOf(newer), path: "" };
  const brands = [
    ...brandsIn(pair.older.type, brandedIds.older),
    ...brandsIn(pair.newer.type, brandedIds.newer),
  ] as const;
  return new SourceComparison(new Map(brands)).compare(pair);
}

/** The branded ids with which the code for each of two versions is generated. */
export interface GeneratedWith {
  readonly older: BrandedIds;
  readonly newer: BrandedIds;
}

interface Pair<Type extends AvroType = AvroType> {
  readonly older: TypedSchema<Type>;
  readonly newer: TypedSchema<Type>;
  readonly path: string;
}

class SourceComparison {
  private readonly found: SourceChange[] = [];
  private readonly pending: Pair[] = [];
  private readonly visited = new Map<AvroType, Set<AvroType>>();
  /** Writes types as the generator does. */
  private readonly types: VersionTypes;

  constructor(brands: StringBrands) {
    this.types = new VersionTypes(new ModuleWriter(), "", brands);
  }

  /** Works from a stack, as records can refer to one another deeper than calls can nest. */
  compare(root: Pair): readonly SourceChange[] {
    this.pending.push(root);
    for (let pair = this.pending.pop(); pair !== undefined; pair = this.pending.pop()) this.compareTypes(pair);
    return this.found;
  }

  private compareTypes(pair: Pair): void {
    const { older, newer, path } = pair;
    const [from, to] = [this.textOf(older.type), this.textOf(newer.type)];
    if (isNullable(older) !== isNullable(newer)) {
      const message = isNullable(newer)
        ? `${from} becomes ${to}, so that null must be dealt with`
        : `${from} becomes ${to}, so that null cannot be published`;
      this.add(isNullable(newer) ? "NULL_ADDED" : "NULL_REMOVED", pair, message);
    }
    const [olderByLabel, newerByLabel] = [this.byLabel(older), this.byLabel(newer)];
    const [one, ...others] = olderByLabel.values();
    const [other, ...more] = newerByLabel.values();
    if (one === undefined && other === undefined) return;
    if (one !== undefined && other !== undefined && others.length === 0 && more.length === 0) {
      this.compareMembers({ older: one, newer: other, path }, pair);
      return;
    }
    const labels = new Set([...olderByLabel.keys(), ...newerByLabel.keys()]);
    const isSame = labels.size === olderByLabel.size && labels.size === newerByLabel.size;
    if (!isSame) this.add("UNION_CHANGED", pair, `${from} becomes ${to}`);
    for (const [label, member] of olderByLabel) {
      const match = newerByLabel.get(label);
      if (match !== undefined) this.compareMembers({ older: member, newer: match, path }, pair);
    }
  }

  /** @param use where the types are used: a change of kind is told there */
  private compareMembers({ older, newer, path }: Pair, use: Pair): void {
    const [before, after] = [elementOf(older), elementOf(newer)];
    if (isRecord(older) && isRecord(newer)) this.compareRecords({ older, newer, path });
    else if (isEnum(older) && isEnum(newer)) this.compareEnums({ older, newer, path }, use);
    else if (before !== undefined && after !== undefined && older.type.kind === newer.type.kind) {
      this.pending.push({ older: before, newer: after, path: `${path}${older.type.kind === "array" ? "[]" : "{}"}` });
    } else {
      const message = this.typeChange(older.type, newer.type);
      if (message !== null) this.add("TYPE_CHANGED", use, message);
    }
  }

  private typeChange(older: AvroType, newer: AvroType): string | null {
    const [from, to] = [this.textOf(older), this.textOf(newer)];
    if (from !== to) return `${from} becomes ${to}`;
    // A record and an enum can have the same name, and a record can be named as a type of TypeScript.
    const isOther = older.kind !== newer.kind && (isNamed(older) || isNamed(newer));
    return isOther ? `the ${older.kind} ${from} becomes the ${newer.kind} ${to}` : null;
  }

  private compareRecords({ older, newer, path }: Pair<RecordType>): void {
    const seen = this.visited.get(older.type) ?? new Set();
    this.visited.set(older.type, seen);
    if (seen.has(newer.type)) return;
    seen.add(newer.type);
    if (older.type.tag !== newer.type.tag) {
      const [from, to] = [older.type.tag, newer.type.tag].map((tag) => (tag === null ? "no $type" : `$type "${tag}"`));
      this.add("UNION_CHANGED", { older, newer, path }, `${newer.type.name} objects have ${to} instead of ${from}`);
    }
    const byName = fieldsByName(fieldsOf(newer));
    const steps = fieldsOf(older).map((field) => this.compareField(field, byName, { older, newer, path }));
    for (const step of steps.toReversed()) if (step !== null) this.pending.push(step);
  }

  /** @returns the pair of the field's values, or null when the newer record lacks it */
  private compareField(
    older: TypedField,
    byName: ReadonlyMap<string, TypedField>,
    records: Pair<RecordType>,
  ): Pair | null {
    const { name } = older.field;
    const newer = byName.get(name);
    const place = { older: older.source, newer: newer?.source ?? records.newer };
    if (newer === undefined) {
      this.add("FIELD_REMOVED", { ...place, path: join(records.path, name) }, `the property "${name}" is gone`);
      return null;
    }
    const path = join(records.path, newer.field.name);
    if (newer.field.name !== name) {
      this.add("FIELD_RENAMED", { ...place, path }, `the property "${name}" is now "${newer.field.name}"`);
    }
    return { older: older.value, newer: newer.value, path };
  }

  private compareEnums({ older, newer }: Pair<EnumType>, use: Pair): void {
    const [before, after] = [new Set(older.type.symbols), new Set(newer.type.symbols)];
    const gained = newer.type.symbols.filter((symbol) => !before.has(symbol));
    const lost = older.type.symbols.filter((symbol) => !after.has(symbol));
    const parts = [
      ...(gained.length > 0 ? [`gains ${listed(gained)}, which exhaustive switches lack`] : []),
      ...(lost.length > 0 ? [`loses ${listed(lost)}, which code may name`] : []),
    ];
    if (parts.length > 0) this.add("SYMBOLS_CHANGED", use, `the union ${newer.type.name} ${parts.join(" and ")}`);
  }

  /**
   * Members of a union by what tells them apart in TypeScript: at most one object without `$type` and one array, and
   * all enums as one, which disappears beside a string.
   */
  private byLabel(typed: TypedSchema): ReadonlyMap<string, TypedSchema> {
    const members = new Map<string, TypedSchema>();
    for (const member of membersOf(typed)) {
      const label = this.labelOf(member.type);
      const other = members.get(label);
      const both = other !== undefined && isEnum(other) && isEnum(member) ? joinEnums(other, member) : member;
      members.set(label, both);
    }
    if (members.has("string")) members.delete("enum");
    return members;
  }

  private labelOf(type: AvroType): string {
    if (type.kind === "record") return type.tag === null ? "object" : `$type ${type.tag}`;
    return type.kind === "array" || type.kind === "map" || type.kind === "enum" ? type.kind : this.textOf(type);
  }

  /** The type in TypeScript; records and enums by their names without a version. */
  private textOf(type: AvroType): string {
    switch (type.kind) {
      case "record":
      case "enum":
        return capitalised(type.name);
      case "array":
        return `readonly (${this.textOf(type.items)})[]`.replace(/\((\w+)\)/, "$1");
      case "map":
        return `Readonly<Record<string, ${this.textOf(type.values)}>>`;
      case "union": {
        const members = new Set(type.branches.map((branch) => this.textOf(branch)));
        return [...members].toSorted((a, b) => Number(a === "null") - Number(b === "null")).join(" | ");
      }
      default:
        return this.types.expressionOf(type);
    }
  }

  private add(
    kind: SourceChangeKind,
    place: {
      readonly older: { readonly at: SourcePosition };
      readonly newer: { readonly at: SourcePosition };
      readonly path: string;
    },
    message: string,
  ): void {
    this.found.push({ kind, path: place.path, message, older: place.older.at, newer: place.newer.at });
  }
}

/** Fields by their names and, where these are no field's name, by their aliases. */
function fieldsByName(fields: readonly TypedField[]): ReadonlyMap<string, TypedField> {
  const aliases = fields.flatMap((typed) => typed.field.aliases.map((alias) => [alias, typed] as const));
  return new Map([...aliases, ...fields.map((typed) => [typed.field.name, typed] as const)]);
}

const MAX_LISTED = 10;

function listed(symbols: readonly string[]): string {
  const rest = symbols.length - MAX_LISTED;
  return `${symbols.slice(0, MAX_LISTED).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}

function isNamed({ kind }: AvroType): boolean {
  return kind === "record" || kind === "enum";
}

function joinEnums(one: TypedSchema<EnumType>, other: TypedSchema<EnumType>): TypedSchema<EnumType> {
  const symbols = [...new Set([...one.type.symbols, ...other.type.symbols])];
  return { ...one, type: { ...one.type, name: `${one.type.name} | ${other.type.name}`, symbols } };
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}
