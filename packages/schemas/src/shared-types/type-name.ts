import { pascalCase, typesFolder } from "../event-name.ts";

/** One version of one shared type, as its path tells it. */
export interface TypePlace {
  /** Such as `postal_address`. */
  readonly name: string;
  readonly version: number;
}

const typeFile = new RegExp(`^${typesFolder}/([a-z][a-z0-9]*(?:_[a-z0-9]+)*)/v([1-9][0-9]*)\\.avsc$`);

/** Whether a path is in the folder of the shared types. */
export function isInTypes(path: string): boolean {
  return path.startsWith(`${typesFolder}/`);
}

/** Reads `types/<name>/v<N>.avsc`; null when a path is not of that form. */
export function parseTypePath(path: string): TypePlace | null {
  const [, name, version] = typeFile.exec(path) ?? [];
  return name === undefined || version === undefined ? null : { name, version: Number(version) };
}

/** The path of a version of a shared type. */
export function typeFileOf(name: string, version: number): string {
  return `${typesFolder}/${name}/v${version}.avsc`;
}

/** The name under which the lock holds a type. An event's has dots, so that the two cannot be mixed up. */
export function typeKeyOf(name: string): string {
  return `${typesFolder}/${name}`;
}

/** Full name of a shared type. One that begins anew with version N > 1, as events may too, ends with `V<N>`. */
export function typeFullNameFor(name: string, generationStart: number): string {
  return `${typesFolder}.${pascalCase(name)}${generationStart === 1 ? "" : `V${generationStart}`}`;
}

/** A full name without its namespace. */
export function lastPartOf(fullName: string): string {
  return fullName.slice(fullName.lastIndexOf(".") + 1);
}
