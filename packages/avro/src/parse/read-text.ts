import type { JsonNode } from "../json/json-node.ts";
import { readJson } from "../json/json-reader.ts";
import { SourcePosition, SourceText } from "../source-position.ts";
import type { ProblemList } from "./problems.ts";

/** Decodes bytes as UTF-8, skips a byte order mark and reads the JSON. Null when that failed, with the problem noted. */
export function readText(text: string | Uint8Array, file: string | null, problems: ProblemList): JsonNode | null {
  const decoded = typeof text === "string" ? text : decodeUtf8(text, file, problems);
  if (decoded === null) return null;
  return readJson(new SourceText(decoded.startsWith("\ufeff") ? decoded.slice(1) : decoded, file), problems);
}

function decodeUtf8(bytes: Uint8Array, file: string | null, problems: ProblemList): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const { valid, byteOffset } = validPrefix(bytes);
    const at = new SourcePosition(new SourceText(valid, file), valid.length);
    problems.add("invalid-utf8", `the bytes from ${byteOffset} on are no UTF-8; save the schema as UTF-8`, at);
    return null;
  }
}

/** The text before the first invalid byte: the longest prefix that decodes. */
function validPrefix(bytes: Uint8Array): { valid: string; byteOffset: number } {
  const replaced = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const encoder = new TextEncoder();
  // A replacement character of the text's own encodes back to the bytes that are there; the first that does not is the fault.
  for (let index = replaced.indexOf("\ufffd"); index >= 0; index = replaced.indexOf("\ufffd", index + 1)) {
    const valid = replaced.slice(0, index);
    const byteOffset = encoder.encode(valid).length;
    const genuine = bytes[byteOffset] === 0xef && bytes[byteOffset + 1] === 0xbf && bytes[byteOffset + 2] === 0xbd;
    if (!genuine) return { valid, byteOffset };
  }
  return { valid: replaced, byteOffset: bytes.length };
}
