import { fitsUuid } from "./avro/value-tests.ts";
import { EncodeError } from "./errors.ts";

declare const brand: unique symbol;

/**
 * A string that the compiler tells from other strings by a name, such as `Branded<"OrderId">`. At run time it is the
 * string alone. Brands of one name are one type, whichever packages they come from.
 */
export type Branded<Name extends string> = string & { readonly [brand]: Name };

/** Takes a uuid as what its name says. @throws EncodeError when it is none */
export function brandUuid<const Name extends string>(name: Name, text: string): Branded<Name> {
  if (fitsUuid(text)) return text as Branded<Name>;
  const given = typeof text === "string" ? "another string" : typeof text;
  throw new EncodeError(`the ${name}`, [{ path: "", message: `expected a uuid, got ${given}` }]);
}

/** Takes a string as what its name says. */
export function brandText<const Name extends string>(_name: Name, text: string): Branded<Name> {
  return text as Branded<Name>;
}
