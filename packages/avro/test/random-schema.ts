/** JSON of a schema, as the generator builds it. */
export type SchemaJson = string | SchemaJson[] | { [key: string]: unknown };

/** A repeatable source of numbers (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** From 0 up to, not including, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error("nothing to pick from");
    return item;
  }

  sample<Item>(items: readonly Item[], count: number): Item[] {
    const rest = [...items];
    return Array.from({ length: Math.min(count, rest.length) }, () => rest.splice(this.below(rest.length), 1)).flat();
  }
}

const PRIMITIVES = ["null", "boolean", "int", "long", "float", "double", "bytes", "string"];
const NAMES = ["A", "B", "C", "D"];
const NAMESPACES = ["n", "m"];
const FIELDS = ["f", "g", "h", "i"];
const SYMBOLS = ["X", "Y", "Z", "W"];

/** Builds schemas from few names, so that two of them often speak of the same types in different ways. */
export class SchemaGenerator {
  readonly #random: Random;
  #defined: string[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  schema(): SchemaJson {
    this.#defined = [];
    return this.#type(4);
  }

  /** A copy with some differences. It may have become invalid. */
  mutated(schema: SchemaJson): SchemaJson {
    const copy: SchemaJson = structuredClone(schema);
    let root: { type: SchemaJson } = { type: copy };
    for (let count = 1 + this.#random.below(3); count > 0; count--) root = this.#mutate(root);
    return root.type;
  }

  #type(depth: number): SchemaJson {
    const random = this.#random;
    if (depth === 0 || random.chance(0.3)) {
      return this.#defined.length > 0 && random.chance(0.3) ? random.pick(this.#defined) : random.pick(PRIMITIVES);
    }
    switch (random.below(7)) {
      case 0:
        return { type: "array", items: this.#type(depth - 1) };
      case 1:
        return { type: "map", values: this.#type(depth - 1) };
      case 2:
        return this.#union(depth);
      case 3:
        return this.#enum();
      case 4:
        return this.#fixed();
      default:
        return this.#record(depth);
    }
  }

  #union(depth: number): SchemaJson {
    const branches = new Map<string, SchemaJson>();
    for (let count = this.#random.below(4); count >= 0; count--) {
      const branch = this.#type(depth - 1);
      const label = typeof branch === "string" ? branch : Array.isArray(branch) ? "union" : labelOf(branch);
      if (label !== "union" && !branches.has(label)) branches.set(label, branch);
    }
    return [...branches.values()];
  }

  #named(type: string): { [key: string]: unknown; name: string } {
    const random = this.#random;
    for (;;) {
      const name = random.pick(NAMES);
      const namespace = random.pick(NAMESPACES);
      const full = `${namespace}.${name}`;
      if (this.#defined.includes(full)) {
        if (this.#defined.length < 8) continue;
        return { type, name: `${full}${this.#defined.length}` };
      }
      this.#defined.push(full);
      const aliases = random.chance(0.2) ? { aliases: [`${random.pick(NAMESPACES)}.${random.pick(NAMES)}`] } : {};
      return { type, name: full, ...aliases };
    }
  }

  #enum(): SchemaJson {
    const named = this.#named("enum");
    const symbols = this.#random.sample(SYMBOLS, 1 + this.#random.below(4));
    return { ...named, symbols, ...(this.#random.chance(0.3) ? { default: this.#random.pick(symbols) } : {}) };
  }

  #fixed(): SchemaJson {
    return { ...this.#named("fixed"), size: 1 + this.#random.below(3) };
  }

  #record(depth: number): SchemaJson {
    const named = this.#named("record");
    const fields = this.#random
      .sample(FIELDS, 1 + this.#random.below(FIELDS.length))
      .map((name) => this.#field(name, depth));
    return { ...named, fields };
  }

  #field(name: string, depth: number): { [key: string]: unknown } {
    const type = this.#type(depth - 1);
    const fallback = this.#random.chance(0.4) ? defaultOf(type) : undefined;
    const aliases = this.#random.chance(0.15) ? { aliases: [this.#random.pick(FIELDS)] } : {};
    return { name, type, ...(fallback === undefined ? {} : { default: fallback }), ...aliases };
  }

  #mutate(root: { type: SchemaJson }): { type: SchemaJson } {
    const nodes: { [key: string]: unknown }[] = [];
    collectObjects(root, nodes);
    const node = this.#random.pick(nodes);
    this.#defined = nodes.flatMap(({ name, type }) =>
      typeof type === "string" && typeof name === "string" ? [name] : [],
    );
    if (Array.isArray(node["symbols"])) node["symbols"] = this.#random.sample(SYMBOLS, 1 + this.#random.below(4));
    else if (typeof node["size"] === "number") node["size"] = 1 + this.#random.below(3);
    else if (Array.isArray(node["fields"])) this.#mutateFields(node["fields"]);
    else if ("items" in node) node["items"] = this.#changed(node["items"]);
    else if ("values" in node) node["values"] = this.#changed(node["values"]);
    else if (this.#random.chance(0.2)) delete node["default"];
    else {
      node["type"] = this.#changed(node["type"]);
      if ("default" in node) delete node["default"];
    }
    return root;
  }

  #mutateFields(fields: unknown[]): void {
    if (fields.length > 0 && this.#random.chance(0.4)) fields.splice(this.#random.below(fields.length), 1);
    else fields.push(this.#field(this.#random.pick(FIELDS), 2));
  }

  #changed(type: unknown): SchemaJson {
    if (Array.isArray(type) && type.length > 0 && this.#random.chance(0.6)) {
      const branches: SchemaJson[] = [...type];
      if (this.#random.chance(0.5)) branches.splice(this.#random.below(branches.length), 1);
      else branches.push(this.#type(1));
      return branches;
    }
    if (typeof type === "string" && this.#random.chance(0.5)) return ["null", type];
    return this.#type(2);
  }
}

function labelOf(schema: { [key: string]: unknown }): string {
  return String(schema["name"] ?? schema["type"]);
}

function collectObjects(value: unknown, found: { [key: string]: unknown }[]): void {
  if (Array.isArray(value)) for (const element of value) collectObjects(element, found);
  else if (isObject(value)) {
    found.push(value);
    for (const member of Object.values(value)) collectObjects(member, found);
  }
}

function isObject(value: unknown): value is { [key: string]: unknown } {
  return typeof value === "object" && value !== null;
}

/** A default of a type, where it has a simple one. */
function defaultOf(type: SchemaJson): unknown {
  if (Array.isArray(type)) return type.length === 0 ? undefined : defaultOf(type.at(-1) ?? "null");
  if (typeof type === "string") {
    if (type === "null") return null;
    if (type === "boolean") return true;
    if (type === "string" || type === "bytes") return "a";
    return PRIMITIVES.includes(type) ? 1 : undefined;
  }
  if (type["type"] === "array") return [];
  if (type["type"] === "map") return {};
  if (Array.isArray(type["symbols"])) return type["symbols"][0];
  return undefined;
}
