import type { AvroInput } from "./avro-input.ts";

/** What a writer's record holds next, as a resolver takes it. */
export interface ResolvingStep {
  /** The index of the reader's field that it becomes; -1 for a field that the reader's schema lacks. */
  readonly place: number;
  /** Reads or skips it, or gives a default; null where the field's type is the reader's own. */
  readonly read: ((input: AvroInput) => unknown) | null;
}

/** What generated code does for one record of a reader's schema. */
export interface RecordCode {
  /** Reads the record as its own schema writes it. */
  readonly read: (input: AvroInput) => unknown;
  /**
   * Reads the record as another schema writes it, step by step. It is made for the reader's record alone and serves
   * every writer: it knows the names of the fields and the types that stayed as they were, which is what the
   * interpreter lacks to be quick.
   */
  readonly resolve: (input: AvroInput, steps: readonly ResolvingStep[]) => unknown;
}

/** The code of a schema's records by their full names. */
export type RecordCodes = { readonly [fullName: string]: RecordCode };
