import type { AvroType, NamedType, UnionType } from "./schema-type.ts";

const promotions: Readonly<Record<string, readonly string[]>> = {
  int: ["long", "float", "double"],
  long: ["float", "double"],
  float: ["double"],
  string: ["bytes"],
  bytes: ["string"],
};

/** Names match without their namespace, or by one of the reader's aliases (Avro 1.12, "Schema Resolution"). */
export function namesMatch(writer: NamedType, reader: NamedType): boolean {
  return writer.name === reader.name || isAlias(writer, reader);
}

function isAlias(writer: NamedType, reader: NamedType): boolean {
  return reader.aliases.some((alias) => alias === writer.fullName || alias === writer.name);
}

/** The branches of a reader's union that may take what the writer wrote, the likeliest first. */
export function matchingBranches(writer: AvroType, { branches }: UnionType): AvroType[] {
  const rank = (branch: AvroType): number => {
    if (promotions[writer.kind]?.includes(branch.kind)) return 3;
    if (branch.kind !== writer.kind) return 4;
    if (!("fullName" in branch && "fullName" in writer)) return 0;
    if (branch.fullName === writer.fullName) return 0;
    if (isAlias(writer, branch)) return 1;
    return branch.name === writer.name ? 2 : 4;
  };
  return branches.filter((branch) => rank(branch) < 4).toSorted((left, right) => rank(left) - rank(right));
}
