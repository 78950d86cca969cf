import { readFile } from "node:fs/promises";
import type { RelaySettings } from "../settings/settings.ts";
import { messageOf, RelayError } from "../errors.ts";
import { clientCredentialsToken, type TokenSource, tokenFromFile } from "./oauth-token.ts";

export interface KafkaTls {
  /** PEM. Null: the system's authorities. */
  readonly ca: Buffer | null;
  /** PEM, of the relay itself. */
  readonly client: { readonly cert: Buffer; readonly key: Buffer } | null;
  /** Null: the host's name. */
  readonly serverName: string | null;
}

export type KafkaSasl =
  | {
      readonly mechanism: "plain" | "scram-sha-256" | "scram-sha-512";
      readonly username: string;
      readonly password: string;
    }
  | { readonly mechanism: "oauthbearer"; readonly token: TokenSource };

/** How a driver's connections are secured: read once, when the relay starts. */
export interface KafkaSecurity {
  readonly tls: KafkaTls | null;
  readonly sasl: KafkaSasl | null;
}

type SecuritySettings = Pick<RelaySettings, Extract<keyof RelaySettings, `kafka${string}`> | "connectTimeoutMs">;

/**
 * Reads the files that the settings name.
 *
 * @throws RelayError SETTINGS_INVALID naming every file that cannot be read
 */
export async function loadKafkaSecurity(settings: SecuritySettings): Promise<KafkaSecurity> {
  const files = new SettingFiles();
  const [ca, cert, key, password, secret] = await Promise.all([
    files.read("KAFKA_TLS_CA_FILE", settings.kafkaTlsCaFile),
    files.read("KAFKA_TLS_CERT_FILE", settings.kafkaTlsCertFile),
    files.read("KAFKA_TLS_KEY_FILE", settings.kafkaTlsKeyFile),
    files.readSecret("KAFKA_SASL_PASSWORD_FILE", settings.kafkaSaslPasswordFile),
    files.readSecret("KAFKA_OAUTH_CLIENT_SECRET_FILE", settings.kafkaOauthClientSecretFile),
    files.read("KAFKA_OAUTH_TOKEN_FILE", settings.kafkaOauthTokenFile), // its content is read per connection
  ]);
  files.refuseUnreadable();
  const client = cert !== null && key !== null ? { cert, key } : null;
  return {
    tls: settings.kafkaTls ? { ca, client, serverName: settings.kafkaTlsServerName } : null,
    sasl: saslOf(
      settings,
      password ?? settings.kafkaSaslPassword ?? "",
      secret ?? settings.kafkaOauthClientSecret ?? "",
    ),
  };
}

function saslOf(settings: SecuritySettings, password: string, clientSecret: string): KafkaSasl | null {
  const mechanism = settings.kafkaSaslMechanism;
  if (mechanism === "none") return null;
  if (mechanism !== "oauthbearer") return { mechanism, username: settings.kafkaSaslUsername ?? "", password };
  if (settings.kafkaOauthTokenFile !== null) return { mechanism, token: tokenFromFile(settings.kafkaOauthTokenFile) };
  const token = clientCredentialsToken({
    url: settings.kafkaOauthTokenUrl ?? "",
    clientId: settings.kafkaOauthClientId ?? "",
    clientSecret,
    scope: settings.kafkaOauthScope,
    timeoutMs: settings.connectTimeoutMs,
    now: () => performance.now(),
  });
  return { mechanism, token };
}

/** Files that settings name; all that cannot be read are told at once. */
class SettingFiles {
  readonly #problems: string[] = [];

  async read(name: string, path: string | null): Promise<Buffer | null> {
    if (path === null) return null;
    try {
      return await readFile(path);
    } catch (error) {
      this.#problems.push(`${name}: ${messageOf(error)}`);
      return null;
    }
  }

  /** Without the line end that editors and secret stores add. */
  async readSecret(name: string, path: string | null): Promise<string | null> {
    return (await this.read(name, path))?.toString().replace(/\r?\n$/, "") ?? null;
  }

  refuseUnreadable(): void {
    if (this.#problems.length === 0) return;
    const lines = this.#problems.map((line) => `  - ${line}`);
    throw new RelayError("SETTINGS_INVALID", `wrong settings:\n${lines.join("\n")}`);
  }
}
