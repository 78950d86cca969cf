/** How a message's bytes are written in a file. */
export const messageEncodings = ["auto", "binary", "hex", "base64"] as const;

/** One of {@link messageEncodings}. */
export type MessageEncoding = (typeof messageEncodings)[number];

/** One way to read an input. */
export interface MessageCandidate {
  readonly encoding: Exclude<MessageEncoding, "auto">;
  readonly bytes: Uint8Array;
}

/**
 * What the bytes of a message can be. `auto` gives every encoding that the input fits, the narrowest first: hex is
 * base64 too, and either is binary. White space is passed over in hex and base64, and so is `0x` or PostgreSQL's `\x`
 * before hex. Empty when the input is not of the encoding that is asked for.
 */
export function messageCandidates(input: Uint8Array, encoding: MessageEncoding): readonly MessageCandidate[] {
  const text = Buffer.from(input).toString("latin1").replace(/\s+/g, "");
  const hex = /^(?:0x|\\x)?((?:[0-9a-f]{2})*)$/i.exec(text)?.[1];
  const isBase64 = /^[A-Za-z0-9+/_-]*={0,2}$/.test(text) && text.replaceAll("=", "").length % 4 !== 1;
  const candidates: MessageCandidate[] = [
    ...(hex === undefined ? [] : [{ encoding: "hex" as const, bytes: Buffer.from(hex, "hex") }]),
    ...(isBase64 ? [{ encoding: "base64" as const, bytes: Buffer.from(text, "base64") }] : []),
    { encoding: "binary", bytes: input },
  ];
  return encoding === "auto" ? candidates : candidates.filter((candidate) => candidate.encoding === encoding);
}
