import { type AvroInput, readWhole } from "./avro/avro-input.ts";
import { type AvroOutput, collectBytes, INVALID } from "./avro/avro-output.ts";
import { explainValue } from "./avro/explain.ts";
import { readSchema } from "./avro/schema-reader.ts";
import type { AvroType } from "./avro/schema-type.ts";
import { EncodeError } from "./errors.ts";
import type { EarlierGenerations, EventDescriptor, Issue } from "./event-descriptor.ts";

/** A descriptor before its codec is put around two plain functions. */
export interface EventDefinition<Type extends string, Version extends number, Data, Earlier extends EarlierGenerations>
  extends Omit<EventDescriptor<Type, Version, Data, Earlier>, "encode" | "decode" | "explain"> {
  /** Writes the data, or throws INVALID. */
  readonly write: (out: AvroOutput, data: Data) => void;
  /** Reads the data, or throws DecodeError. */
  readonly read: (input: AvroInput) => Data;
}

/** Makes a descriptor; called by generated code and by `describeEvent`. */
export function defineEvent<Type extends string, Version extends number, Data, Earlier extends EarlierGenerations>(
  definition: EventDefinition<Type, Version, Data, Earlier>,
): EventDescriptor<Type, Version, Data, Earlier> {
  const { write, read, ...names } = definition;
  const subject = `${names.type} version ${names.version}`;
  let type: AvroType | undefined;
  const explain = (value: unknown): readonly Issue[] => explainValue((type ??= readSchema(names.schema)), value);
  return {
    ...names,
    explain,
    encode(data) {
      try {
        return collectBytes(write, data);
      } catch (error) {
        if (error !== INVALID) throw error;
        throw new EncodeError(subject, issuesOf(explain(data)));
      }
    },
    decode: (bytes) => readWhole(read, bytes, names.recordName),
  };
}

/** The writer has refused the value; when nothing is wrong with it now, a getter gave something else before. */
function issuesOf(found: readonly Issue[]): readonly Issue[] {
  return found.length > 0 ? found : [{ path: "", message: "a value changed while it was encoded" }];
}
