/** What a schema says of a record or a field. */
interface Documented {
  readonly doc: string | null;
  readonly deprecated: string | null;
}

/**
 * The paragraphs of a documentation comment. `@deprecated`, from the attribute `"waybill.deprecated"` or from the doc
 * itself, stands last and on a line of its own, as editors know it only there.
 *
 * @param notes what the generator has to add
 */
export function documentationOf({ doc, deprecated }: Documented, notes: readonly string[] = []): readonly string[] {
  const [text = "", ...tagged] = (doc ?? "").split(/(?<!\S)@deprecated(?!\S)/);
  const reasons = [...tagged, deprecated ?? ""].map((reason) => reason.trim()).filter((reason) => reason !== "");
  const isDeprecated = deprecated !== null || tagged.length > 0;
  const sentences = [text.trim(), ...notes].filter((sentence) => sentence !== "").join(" ");
  return isDeprecated ? [sentences, `@deprecated ${reasons.join(" ")}`] : [sentences];
}
