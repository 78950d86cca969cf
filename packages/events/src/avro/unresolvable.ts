import { DecodeError } from "../errors.ts";
import type { AvroType } from "./schema-type.ts";

/** An error that says where two schemas part; the empty path is the event itself. */
export function unresolvable(path: string, reason: string): DecodeError {
  const where = path === "" ? "" : `${path}: `;
  return new DecodeError(`the writer's schema does not resolve to the reader's: ${where}${reason}`, {
    code: "SCHEMAS_UNRESOLVABLE",
  });
}

/** As {@link unresolvable}, for two types that have nothing to do with each other. */
export function differ(path: string, writer: AvroType, reader: AvroType): DecodeError {
  const name = (type: AvroType) => ("fullName" in type ? `${type.kind} ${type.fullName}` : type.kind);
  return unresolvable(path, `the writer has ${name(writer)}, the reader ${name(reader)}`);
}
