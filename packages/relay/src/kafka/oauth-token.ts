import { readFile } from "node:fs/promises";
import { messageOf } from "../errors.ts";

/** Gives a token that holds now. Rejects when there is none, with a message that can be logged. */
export type TokenSource = () => Promise<string>;

/** Read for every connection: what rotates the file needs no restart. */
export function tokenFromFile(path: string): TokenSource {
  return async () => (await readFile(path, "utf8")).trim();
}

export interface ClientCredentials {
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string | null;
  readonly timeoutMs: number;
  /** A monotonic clock in milliseconds. */
  readonly now: () => number;
}

/** A token is asked for anew when this part of its life is over. */
const RENEWED_AFTER = 0.8;

/** Tokens by OAuth's client credentials grant (RFC 6749, section 4.4), each used until four fifths of its life are over. */
export function clientCredentialsToken(credentials: ClientCredentials): TokenSource {
  const { now } = credentials;
  let kept: { readonly token: string; readonly until: number } | null = null;
  let asking: Promise<string> | null = null;
  const ask = async (): Promise<string> => {
    const askedAt = now();
    const { token, expiresInMs } = await requestToken(credentials);
    kept = { token, until: askedAt + expiresInMs * RENEWED_AFTER };
    return token;
  };
  return async () => {
    if (kept !== null && now() < kept.until) return kept.token;
    asking ??= ask().finally(() => (asking = null));
    return asking;
  };
}

async function requestToken(credentials: ClientCredentials): Promise<{ token: string; expiresInMs: number }> {
  const { url, clientId, clientSecret, scope, timeoutMs } = credentials;
  // RFC 6749, 2.3.1: both are form-encoded before they become basic authentication.
  const basic = Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`).toString("base64");
  const body = new URLSearchParams({ grant_type: "client_credentials", ...(scope === null ? {} : { scope }) });
  let answer: Response;
  try {
    answer = await fetch(url, {
      method: "POST",
      headers: { authorization: `Basic ${basic}`, accept: "application/json" },
      body,
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch (error) {
    throw new Error(`the token endpoint cannot be reached: ${messageOf(error)}`, { cause: error });
  }
  const content: unknown = await answer.json().catch(() => null);
  const token = fieldOf(content, "access_token");
  if (!answer.ok || typeof token !== "string") {
    const reason = fieldOf(content, "error");
    throw new Error(
      `the token endpoint grants nothing: HTTP ${answer.status}${typeof reason === "string" ? `, ${reason}` : ""}`,
    );
  }
  const expiresInS = Number(fieldOf(content, "expires_in") ?? 0);
  return { token, expiresInMs: Number.isFinite(expiresInS) ? expiresInS * 1_000 : 0 };
}

function fieldOf(content: unknown, name: string): unknown {
  return typeof content === "object" && content !== null ? (content as Record<string, unknown>)[name] : undefined;
}
