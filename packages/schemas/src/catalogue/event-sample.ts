import { DecodeError } from "@waybill/events";
import { hasSamples, sampleEvents } from "../sample/sample-events.ts";
import type { VersionEntry } from "./catalogue.ts";

/** The seed of the example: it is the same for the same schema. */
const seed = 1;

/** A made-up event; null when no value can end, or the runtimes would not take the schema. */
export function exampleOf({ record, text }: VersionEntry): object | null {
  if (!hasSamples(record)) return null;
  try {
    return sampleEvents({ text, record }, seed).next().value as object;
  } catch (error) {
    if (DecodeError.is(error)) return null;
    throw error;
  }
}
