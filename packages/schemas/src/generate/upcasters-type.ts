import type { EventName } from "../event-name.ts";
import { docComment } from "./source-text.ts";

/** The last version of a generation. */
interface GenerationEnd {
  readonly version: number;
  readonly typeName: string;
}

/**
 * The declaration of the steps from each generation to the next, written out for whoever reads the module or a
 * compiler's message: `Upcasters<typeof orderPlaced>` is the same but for the envelope, which a step may take there.
 */
export function upcastersType({ type }: EventName, name: string, generations: readonly GenerationEnd[]): string {
  const steps = generations.slice(0, -1).map((from, i) => {
    const to = generations[i + 1] ?? from;
    return `  readonly ${from.version}: (data: ${from.typeName}) => ${to.typeName};\n`;
  });
  const doc = docComment([
    `The steps from each generation of \`${type}\` to the next, by the version that each begins with. ` +
      "Pure: they are for `createUpcaster` of @waybill/events and for consumers.",
  ]);
  return `${doc}export interface ${name} {\n${steps.join("")}}`;
}
