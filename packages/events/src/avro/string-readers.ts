// What nearly every event holds, read by one function for all of them: with fifty types of events at once the
// processor's cache for instructions is what is short, and each type's own copy would drive the others' out of it.
import { type AvroInput, readBranch, readCount, readString } from "./avro-input.ts";
import { readKey } from "./read-key.ts";
import { putOwn } from "./value-tests.ts";

/** A map of strings. */
export function readStringMap(input: AvroInput): Record<string, string> {
  const map: Record<string, string> = {};
  for (let count = readCount(input); count > 0; count = readCount(input)) {
    for (; count > 0; count--) putOwn(map, readKey(input), readString(input));
  }
  return map;
}

/** A union of null and string, in this order. */
export function readNullableString(input: AvroInput): string | null {
  return readBranch(input, 2) === 0 ? null : readString(input);
}
