/** Takes passwords out of every URL in a text: `scheme://user:secret@host` becomes `scheme://user:***@host`. */
export function redactUrls(text: string): string {
  return text.replaceAll(/([a-z][a-z0-9+.-]*:\/\/[^\s:@/]*):[^\s/]*@/gi, "$1:***@");
}
