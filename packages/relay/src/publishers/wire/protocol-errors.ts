import { protocolErrorsCodesById } from "@platformatic/kafka";

export const NO_ERROR = 0;

/** Kafka's name of an error code. */
export function errorName(code: number): string {
  return protocolErrorsCodesById[code] ?? `error ${code}`;
}

/** As people see it: the name, and what the broker said about it. */
export function errorText(code: number, said: string | null): string {
  return said === null || said === "" ? errorName(code) : `${errorName(code)}: ${said}`;
}
