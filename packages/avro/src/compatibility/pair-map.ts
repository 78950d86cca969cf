import type { Schema } from "../model/schema.ts";

/** Values by a reader's and a writer's schema. Schemas are graphs of shared objects, so identity names a pair. */
export class PairMap<Value> {
  readonly #values = new Map<Schema, Map<Schema, Value>>();

  get(reader: Schema, writer: Schema): Value | undefined {
    return this.#values.get(reader)?.get(writer);
  }

  set(reader: Schema, writer: Schema, value: Value): void {
    const values = this.#values.get(reader);
    if (values === undefined) this.#values.set(reader, new Map([[writer, value]]));
    else values.set(writer, value);
  }
}
