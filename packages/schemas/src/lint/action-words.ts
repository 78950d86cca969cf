/** Verbs that tell that something happened, not what. */
const vagueVerbs = new Set(
  (
    "adjusted altered changed edited executed handled happened modified mutated notified occurred patched performed " +
    "processed refreshed saved stored synced synchronized touched triggered updated upserted " +
    "change edit handle modify notify patch process refresh save sync touch trigger update upsert"
  ).split(" "),
);

/** Nouns that say nothing of what is meant. */
const emptyNouns = new Set(
  "content data detail details entity event fields info information message notification object payload properties record state status".split(
    " ",
  ),
);

/** Whether an action says only that something about the entity is different: `updated`, `status_changed`, `data`. */
export function isVagueAction(entity: string, action: string): boolean {
  const entityWords = entity.split("_");
  return action.split("_").every((word) => vagueVerbs.has(word) || emptyNouns.has(word) || entityWords.includes(word));
}
