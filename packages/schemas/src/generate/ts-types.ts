import type { AvroType, DecimalType, EnumType, RecordType, StringType, UnionType } from "@waybill/events/codegen/model";
import { noBrands, type StringBrands } from "./branded-ids.ts";
import type { ModuleWriter } from "./module-writer.ts";
import { capitalised, checkedName } from "./names.ts";
import { documentationOf } from "./documentation.ts";
import { docComment, joinUnion, quote } from "./source-text.ts";

/** The named types of one version in TypeScript: an interface for each record, a union of strings for each enum. */
export class VersionTypes {
  private readonly module: ModuleWriter;
  private readonly suffix: string;
  private readonly brands: StringBrands;
  private readonly named = new Map<RecordType | EnumType, string>();
  private readonly symbols = new Map<EnumType, string>();

  /** @param suffix tells the types of this version from those of the others: `V2` */
  constructor(module: ModuleWriter, suffix: string, brands: StringBrands = noBrands) {
    this.module = module;
    this.suffix = suffix;
    this.brands = brands;
  }

  /** Declares the interface of the event itself, and all types that it needs. */
  declareEvent(record: RecordType, name: string): void {
    this.named.set(record, name);
    this.declareRecord(record, name);
  }

  /** A type's values in TypeScript, as an expression. */
  expressionOf(type: AvroType): string {
    switch (type.kind) {
      case "null":
      case "boolean":
        return type.kind;
      case "int":
      case "float":
      case "double":
        return "number";
      case "long":
        return type.timestamp === null ? "bigint" : "Date";
      case "string":
        return this.brandOf(type) ?? "string";
      case "bytes":
      case "fixed":
        if (type.decimal !== null) return this.module.useType("Decimal");
        return type.kind === "fixed" && type.uuid ? "string" : "Uint8Array";
      case "array": {
        const items = this.expressionOf(type.items);
        return items.includes("|") || items.startsWith("readonly ") ? `readonly (${items})[]` : `readonly ${items}[]`;
      }
      case "map":
        return `Readonly<Record<string, ${this.expressionOf(type.values)}>>`;
      case "union":
        return this.membersOf(type).join(" | ");
      case "enum":
      case "record":
        return this.nameOf(type);
    }
  }

  /** The name of a string's brand, imported; null when it has none. */
  brandOf(type: StringType): string | null {
    const brand = this.brands.get(type);
    return brand === undefined ? null : this.module.useBrand(brand);
  }

  /** The name of a record's interface or an enum's union; declares it when it is met first. */
  nameOf(type: RecordType | EnumType): string {
    const known = this.named.get(type);
    if (known !== undefined) return known;
    const name = this.module.names.claim(capitalised(checkedName(type.name)) + this.suffix);
    this.named.set(type, name);
    if (type.kind === "record") this.declareRecord(type, name);
    else this.declareEnum(type, name);
    return name;
  }

  /** The constant that holds an enum's symbols in the schema's order. */
  symbolsOf(type: EnumType): string {
    const known = this.symbols.get(type);
    if (known !== undefined) return known;
    const typeName = this.nameOf(type);
    const name = this.module.names.claim(`${typeName.charAt(0).toLowerCase()}${typeName.slice(1)}Symbols`);
    this.symbols.set(type, name);
    this.module.declare(`const ${name}: readonly ${typeName}[] = [${type.symbols.map(quote).join(", ")}];`);
    return name;
  }

  private membersOf({ branches }: UnionType): string[] {
    const members = new Set(branches.map((branch) => this.expressionOf(branch)));
    // Null last, as people write it.
    const isNullable = members.delete("null");
    if (members.size + Number(isNullable) === 0) return ["never"];
    return isNullable ? [...members, "null"] : [...members];
  }

  private declareEnum(type: EnumType, name: string): void {
    const members = type.symbols.length === 0 ? ["never"] : type.symbols.map(quote);
    this.module.declare(docComment([type.doc]) + joinUnion(`export type ${name} =`, members));
  }

  private declareRecord(record: RecordType, name: string): void {
    const declare = this.module.reserve();
    const tag = record.tag === null ? "" : `  readonly $type: ${quote(record.tag)};\n`;
    const fields = record.fields.map((field) => {
      const notes = [...notesOn(field.type), ...(field.isKey ? ["The partition key."] : [])];
      const doc = docComment(documentationOf(field, notes), "  ");
      return `${doc}  readonly ${checkedName(field.name)}: ${this.expressionOf(field.type)};\n`;
    });
    declare(`${docComment(documentationOf(record))}export interface ${name} {\n${tag}${fields.join("")}}`);
  }
}

/** What TypeScript's type does not say. */
function notesOn(type: AvroType): string[] {
  switch (type.kind) {
    case "float":
      return ["Kept as a 32-bit float."];
    case "long":
      return type.timestamp === "micros" ? ["Read to the millisecond; written by others to the microsecond."] : [];
    case "string":
      return type.uuid ? ["A UUID."] : [];
    case "bytes":
      return type.decimal === null ? [] : [decimalNote(type.decimal)];
    case "fixed":
      if (type.uuid) return ["A UUID."];
      return [type.decimal === null ? `Exactly ${type.size} bytes.` : decimalNote(type.decimal)];
    case "union":
      return type.branches.flatMap(notesOn);
    default:
      return [];
  }
}

function decimalNote({ precision, scale }: DecimalType): string {
  return `A decimal of scale ${scale}, with at most ${precision} digits.`;
}
