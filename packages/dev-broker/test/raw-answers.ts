import type { Reader } from "../src/protocol/reader.ts";

export function partitionErrors(response: Reader): number[] {
  return response
    .array(() => {
      response.string();
      return response.array(() => {
        response.int32();
        return response.int16();
      });
    })
    .flat();
}

export function only<T>(values: readonly T[]): T {
  const [value] = values;
  if (value === undefined || values.length > 1) throw new Error(`${values.length} answers in the response, not one`);
  return value;
}
