/**
 * A pattern for paths of a schema tree as a regular expression: `*` and `?` stand for characters of one name, `**` for
 * any number of folders. Node's own matcher is experimental in the oldest release that is supported.
 */
export function globPattern(glob: string): RegExp {
  const source = glob.replaceAll(/\*\*\/|\*\*|\*|\?|[^*?]+/g, (token) => {
    if (token === "**/") return "(?:[^/]+/)*";
    if (token === "**") return ".*";
    if (token === "*") return "[^/]*";
    return token === "?" ? "[^/]" : token.replaceAll(/[.+^${}()|[\]\\]/g, "\\$&");
  });
  return new RegExp(`^${source}$`);
}
