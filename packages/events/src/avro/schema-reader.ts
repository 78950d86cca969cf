import { DecodeError } from "../errors.ts";
import type {
  AvroType,
  DecimalType,
  EnumType,
  Field,
  FixedType,
  NamedType,
  PlainType,
  RecordType,
} from "./schema-type.ts";

/** Deeper schemas are refused: compiling them would exhaust the stack. */
const MAX_DEPTH = 500;
const tooDeep = `it is nested deeper than ${MAX_DEPTH} levels`;

type Json = { readonly [key: string]: unknown };
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface Context {
  readonly named: Map<string, AvroType>;
  /** Records whose fields are being read: a reference to one makes it recursive. */
  readonly open: Set<AvroType>;
  readonly records: Mutable<RecordType>[];
  readonly unions: (readonly AvroType[])[];
}

/**
 * Reads a schema that some checker has found valid: it resolves names and keeps what the codec needs, and looks for
 * no faults beyond those that would make it fail. Logical types that are unknown or invalid are ignored, as Avro's
 * specification says; bad defaults do no harm until one is needed.
 *
 * @throws DecodeError with code `SCHEMA_UNREADABLE`
 */
export function readSchema(text: string): AvroType {
  const context: Context = { named: new Map(), open: new Set(), records: [], unions: [] };
  const type = readType(parseJson(text), "", context, 0);
  tagRecords(context);
  return type;
}

/** As {@link readSchema}, for the schema of an event, which is a record. @throws DecodeError */
export function readRecordSchema(text: string): RecordType {
  const type = readSchema(text);
  if (type.kind !== "record") throw unreadable(`an event's schema is a record, not ${type.kind}`);
  return type;
}

function unreadable(message: string, cause?: unknown): DecodeError {
  const options = cause === undefined ? {} : { cause };
  return new DecodeError(`cannot read the Avro schema: ${message}`, { code: "SCHEMA_UNREADABLE", ...options });
}

/** The third argument of a reviver is newer than TypeScript's library knows. */
type Parse = (text: string, reviver: (key: string, value: unknown, context: { source?: string }) => unknown) => unknown;

function parseJson(text: string): unknown {
  try {
    // Defaults of type long may lie beyond what a JavaScript number holds exactly.
    return (JSON.parse as Parse)(text, (_key, value, { source }) =>
      typeof value === "number" && source !== undefined && !Number.isSafeInteger(value) && /^-?\d+$/.test(source)
        ? BigInt(source)
        : value,
    );
  } catch (error) {
    // The reviver recurses; without it V8's parser would take any depth.
    throw unreadable(error instanceof SyntaxError ? "it is not JSON" : tooDeep, error);
  }
}

function readType(json: unknown, namespace: string, context: Context, depth: number): AvroType {
  if (depth > MAX_DEPTH) throw unreadable(tooDeep);
  if (typeof json === "string") return readName(json, {}, namespace, context);
  if (Array.isArray(json)) {
    const branches = json.map((branch) => readType(branch, namespace, context, depth + 1));
    context.unions.push(branches);
    return { kind: "union", branches };
  }
  if (!isObject(json)) throw unreadable("a type is neither a name, nor a list, nor an object");
  if (typeof json.type !== "string") return readType(json.type, namespace, context, depth + 1);
  switch (json.type) {
    case "record":
    case "error":
      return readRecord(json, namespace, context, depth);
    case "enum":
      return readEnum(json, namespace, context);
    case "fixed":
      return readFixed(json, namespace, context);
    case "array":
      return { kind: "array", items: readType(json.items, namespace, context, depth + 1) };
    case "map":
      return { kind: "map", values: readType(json.values, namespace, context, depth + 1) };
    default:
      return readName(json.type, json, namespace, context);
  }
}

function readName(name: string, attributes: Json, namespace: string, context: Context): AvroType {
  switch (name) {
    case "null":
    case "boolean":
    case "int":
    case "float":
    case "double":
      return { kind: name } satisfies PlainType;
    case "long":
      return { kind: "long", timestamp: readTimestamp(attributes.logicalType) };
    case "string":
      return { kind: "string", uuid: attributes.logicalType === "uuid" };
    case "bytes":
      return { kind: "bytes", decimal: readDecimal(attributes, Number.POSITIVE_INFINITY) };
    default: {
      const type = context.named.get(qualify(name, namespace)) ?? context.named.get(name);
      if (type === undefined) throw unreadable(`type ${JSON.stringify(name)} is not defined before it is used`);
      if (type.kind === "record" && context.open.has(type)) (type as Mutable<RecordType>).recursive = true;
      return type;
    }
  }
}

function readRecord(json: Json, namespace: string, context: Context, depth: number): RecordType {
  const named = readNamed(json, namespace);
  const type: Mutable<RecordType> = {
    kind: "record",
    ...named,
    fields: [],
    tag: null,
    recursive: false,
    doc: readDoc(json),
    deprecated: readDeprecated(json),
  };
  define(type, context);
  context.records.push(type);
  context.open.add(type);
  if (!Array.isArray(json.fields)) throw unreadable(`record ${named.fullName} has no list of fields`);
  const inner = namespaceOf(named.fullName);
  type.fields = json.fields.map((field) => readField(field, named.fullName, inner, context, depth + 1));
  context.open.delete(type);
  return type;
}

function readField(json: unknown, record: string, namespace: string, context: Context, depth: number): Field {
  if (!isObject(json) || typeof json.name !== "string") throw unreadable(`a field of ${record} has no name`);
  return {
    name: json.name,
    aliases: readStrings(json.aliases),
    type: readType(json.type, namespace, context, depth),
    default: json.default,
    doc: readDoc(json),
    isKey: json["waybill.key"] === true,
    deprecated: readDeprecated(json),
  };
}

function readEnum(json: Json, namespace: string, context: Context): EnumType {
  const type: EnumType = {
    kind: "enum",
    ...readNamed(json, namespace),
    symbols: readStrings(json.symbols),
    default: typeof json.default === "string" ? json.default : null,
    doc: readDoc(json),
  };
  return define(type, context);
}

function readFixed(json: Json, namespace: string, context: Context): FixedType {
  const named = readNamed(json, namespace);
  const { size } = json;
  if (!(typeof size === "number" && Number.isSafeInteger(size) && size >= 0)) {
    throw unreadable(`fixed ${named.fullName} has no size`);
  }
  // The largest precision whose every number fits: floor(log10(2^(8 * size - 1) - 1)).
  const digits = size === 0 ? 0 : Math.floor(Math.log10(2) * (8 * size - 1));
  const uuid = json.logicalType === "uuid" && size === 16;
  return define({ kind: "fixed", ...named, size, decimal: readDecimal(json, digits), uuid }, context);
}

function define<T extends AvroType & NamedType>(type: T, context: Context): T {
  if (context.named.has(type.fullName)) throw unreadable(`type ${type.fullName} is defined twice`);
  context.named.set(type.fullName, type);
  return type;
}

function readNamed(json: Json, enclosing: string): NamedType {
  if (typeof json.name !== "string" || json.name === "")
    throw unreadable(`a type of kind ${String(json.type)} has no name`);
  const namespace = typeof json.namespace === "string" ? json.namespace : enclosing;
  const fullName = qualify(json.name, namespace);
  const own = namespaceOf(fullName);
  return {
    fullName,
    name: unqualified(fullName),
    aliases: readStrings(json.aliases).map((alias) => qualify(alias, own)),
  };
}

function readTimestamp(logicalType: unknown): "millis" | "micros" | null {
  if (logicalType === "timestamp-millis" || logicalType === "local-timestamp-millis") return "millis";
  if (logicalType === "timestamp-micros" || logicalType === "local-timestamp-micros") return "micros";
  return null;
}

function readDecimal({ logicalType, precision, scale = 0 }: Json, maxPrecision: number): DecimalType | null {
  if (logicalType !== "decimal" || !isCount(precision) || !isCount(scale)) return null;
  return precision >= 1 && precision <= maxPrecision && scale <= precision ? { precision, scale } : null;
}

/** Two records in one union, or a record and a map, cannot be told apart by their JavaScript type: they get a tag. */
function tagRecords({ records, unions }: Context): void {
  const tagged = new Set<AvroType>();
  for (const branches of unions) {
    const objects = branches.filter(({ kind }) => kind === "record" || kind === "map");
    if (objects.length > 1) for (const object of objects) tagged.add(object);
  }
  const candidates = records.filter((record) => tagged.has(record));
  for (const record of candidates) {
    const isShared = candidates.some((other) => other !== record && other.name === record.name);
    record.tag = isShared ? record.fullName : record.name;
  }
}

function qualify(name: string, namespace: string): string {
  if (name.includes(".")) return name.startsWith(".") ? name.slice(1) : name;
  return namespace === "" ? name : `${namespace}.${name}`;
}

function namespaceOf(fullName: string): string {
  return fullName.slice(0, Math.max(0, fullName.lastIndexOf(".")));
}

/** The part behind the last dot. */
export function unqualified(fullName: string): string {
  return fullName.slice(fullName.lastIndexOf(".") + 1);
}

function isObject(json: unknown): json is Json {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function readStrings(json: unknown): string[] {
  return Array.isArray(json) ? json.filter((item) => typeof item === "string") : [];
}

function readDoc(json: Json): string | null {
  return typeof json.doc === "string" && json.doc.trim() !== "" ? json.doc : null;
}

function readDeprecated({ "waybill.deprecated": deprecated }: Json): string | null {
  if (deprecated === true) return "";
  return typeof deprecated === "string" ? deprecated : null;
}
