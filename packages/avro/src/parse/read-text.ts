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

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

function decodeUtf8(bytes: Uint8Array, file: string | null, problems: ProblemList): string | null {
  if (isUtf16(bytes)) {
    const message = "the text is UTF-16, and must be UTF-8; save it as UTF-8";
    problems.add("invalid-utf8", message, new SourcePosition(new SourceText("", file), 0));
    return null;
  }
  const decoded = decoder.decode(bytes);
  const fault = firstInvalidByte(bytes, decoded);
  if (fault === null) return decoded;
  const at = new SourcePosition(new SourceText(decoded.slice(0, fault.offset), file), fault.offset);
  const message = `the bytes from ${fault.byteOffset} on are no UTF-8; save the schema as UTF-8`;
  problems.add("invalid-utf8", message, at);
  return null;
}

/** By its byte order mark, or because one of the first two bytes is zero: JSON begins with two ASCII characters. */
function isUtf16(bytes: Uint8Array): boolean {
  const first = bytes[0];
  const second = bytes[1];
  const hasMark = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  return hasMark || (first === 0) !== (second === 0);
}

/**
 * Decoding writes a replacement character for what it cannot read. One that the text really holds stands where the
 * bytes hold it too; the first that does not marks the fault.
 */
function firstInvalidByte(bytes: Uint8Array, decoded: string): { offset: number; byteOffset: number } | null {
  const encoder = new TextEncoder();
  let start = 0;
  let byteOffset = 0;
  for (let index = decoded.indexOf("\ufffd"); index >= 0; index = decoded.indexOf("\ufffd", start)) {
    byteOffset += encoder.encode(decoded.slice(start, index)).length;
    const genuine = bytes[byteOffset] === 0xef && bytes[byteOffset + 1] === 0xbf && bytes[byteOffset + 2] === 0xbd;
    if (!genuine) return { offset: index, byteOffset };
    start = index + 1;
    byteOffset += 3;
  }
  return null;
}
