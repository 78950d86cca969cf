import { isIP } from "node:net";
import { AuthenticationError, type ConnectionOptions, SASLMechanisms } from "@platformatic/kafka";
import type { KafkaSasl, KafkaSecurity, KafkaTls } from "../../kafka/kafka-security.ts";

type Security = Pick<ConnectionOptions, "tls" | "tlsServerName" | "sasl">;

const mechanisms = {
  plain: SASLMechanisms.PLAIN,
  "scram-sha-256": SASLMechanisms.SCRAM_SHA_256,
  "scram-sha-512": SASLMechanisms.SCRAM_SHA_512,
} as const;

/** The options of @platformatic/kafka's connections to a host. */
export function connectionSecurity({ tls, sasl }: KafkaSecurity, host: string): Security {
  return { ...(tls === null ? {} : tlsOptions(tls, host)), ...(sasl === null ? {} : { sasl: saslOptions(sasl) }) };
}

function tlsOptions({ ca, client, serverName }: KafkaTls, host: string): Security {
  const name = serverName ?? (isIP(host) === 0 ? host : null); // an address is no server name: RFC 6066, section 3
  return {
    tls: { rejectUnauthorized: true, ...(ca === null ? {} : { ca }), ...client },
    ...(name === null ? {} : { tlsServerName: name }),
  };
}

function saslOptions(sasl: KafkaSasl): NonNullable<Security["sasl"]> {
  if (sasl.mechanism !== "oauthbearer") {
    return { mechanism: mechanisms[sasl.mechanism], username: sasl.username, password: sasl.password };
  }
  return {
    mechanism: SASLMechanisms.OAUTHBEARER,
    token: sasl.token,
    // RFC 7628, section 3.2.2: a refused token is answered with what is wrong with it, as if more were to come.
    authBytesValidator: (said, callback) => {
      if (said.length === 0) callback(null, said);
      else callback(new AuthenticationError(`the broker refuses the token: ${said.toString()}`));
    },
  };
}
