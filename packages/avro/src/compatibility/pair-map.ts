import type { Schema } from "../model/schema.ts";

/** Most walks meet this few pairs or less, and a search through them costs less than making maps. */
const maxListed = 8;

/** Values by a reader's and a writer's schema. Schemas are graphs of shared objects, so identity names a pair. */
export class PairMap<Value> {
  readonly #listed: { readonly reader: Schema; readonly writer: Schema; value: Value }[] = [];
  #rest: Map<Schema, Map<Schema, Value>> | null = null;

  get(reader: Schema, writer: Schema): Value | undefined {
    for (const pair of this.#listed) if (pair.reader === reader && pair.writer === writer) return pair.value;
    return this.#rest?.get(reader)?.get(writer);
  }

  set(reader: Schema, writer: Schema, value: Value): void {
    for (const pair of this.#listed) {
      if (pair.reader !== reader || pair.writer !== writer) continue;
      pair.value = value;
      return;
    }
    if (this.#listed.length < maxListed) this.#listed.push({ reader, writer, value });
    else this.#setRest(reader, writer, value);
  }

  #setRest(reader: Schema, writer: Schema, value: Value): void {
    this.#rest ??= new Map();
    const values = this.#rest.get(reader);
    if (values === undefined) this.#rest.set(reader, new Map([[writer, value]]));
    else values.set(writer, value);
  }
}
