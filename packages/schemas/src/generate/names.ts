import { SchemasError } from "../errors.ts";
import type { EventName } from "../event-name.ts";

/** Names that are in use; each further claim of one gets a number. */
export class NameScope {
  private readonly taken: Set<string>;

  /** @param reserved names that are in use from the start */
  constructor(reserved: Iterable<string> = []) {
    this.taken = new Set(reserved);
  }

  /** The name itself, or the first of `name_2`, `name_3` … that is free. */
  claim(name: string): string {
    let claimed = name;
    for (let number = 2; this.taken.has(claimed); number++) claimed = `${name}_${number}`;
    this.taken.add(claimed);
    return claimed;
  }
}

/** `OrderPlaced` for orders.order.placed. */
export function typeNameOf({ entity, action }: EventName): string {
  return `${pascalCase(entity)}${pascalCase(action)}`;
}

/** `orderPlaced` for orders.order.placed. With its inner capital it is no reserved word. */
export function constantNameOf(name: EventName): string {
  const typeName = typeNameOf(name);
  return typeName.charAt(0).toLowerCase() + typeName.slice(1);
}

/** The folder and the unscoped name of a domain's package. */
export function folderOf(domain: string): string {
  return domain.replaceAll("_", "-");
}

/** Parts joined with a capital each. */
function pascalCase(words: string): string {
  return words
    .split("_")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}

/** The text with a capital first. */
export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const avroName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * A name of the schema that is about to become code.
 *
 * @throws SchemasError `schema-invalid` when it is not what Avro calls a name, and so could be any code
 */
export function checkedName(name: string): string {
  if (avroName.test(name)) return name;
  throw new SchemasError(
    "schema-invalid",
    `${JSON.stringify(name)} is not an Avro name, so no code is generated for it. Run "schemas check" for its place.`,
  );
}
