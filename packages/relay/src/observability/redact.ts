/**
 * Takes passwords out of every URL in a text: `scheme://user:secret@host` becomes `scheme://user:***@host`, and so does
 * what PostgreSQL's and other drivers take as a parameter, `?password=secret`.
 */
export function redactUrls(text: string): string {
  return text
    .replaceAll(/([a-z][a-z0-9+.-]*:\/\/[^\s:@/]*):[^\s/]*@/gi, "$1:***@")
    .replaceAll(/([?&](?:ssl)?(?:password|passphrase|secret|token|api[_-]?key)=)[^\s&#"\\]*/gi, "$1***");
}
