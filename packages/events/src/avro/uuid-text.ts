/** The characters of a UUID's text. */
export const UUID_LENGTH = 36;

const HYPHEN = 0x2d;
/** 1 for the codes of hexadecimal digits. */
const hexDigits = Uint8Array.from({ length: 128 }, (_, code) => Number(/[0-9a-fA-F]/.test(String.fromCharCode(code))));

/** Whether a character may stand at a place in a UUID's text. A loop of these is twice as quick as a pattern. */
export function isUuidCode(code: number, index: number): boolean {
  if (index === 8 || index === 13 || index === 18 || index === 23) return code === HYPHEN;
  return hexDigits[code] === 1;
}

/** Whether a text is a UUID's. */
export function isUuidText(text: string): boolean {
  if (text.length !== UUID_LENGTH) return false;
  for (let i = 0; i < UUID_LENGTH; i++) if (!isUuidCode(text.charCodeAt(i), i)) return false;
  return true;
}
