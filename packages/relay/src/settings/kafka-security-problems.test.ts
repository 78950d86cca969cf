import { expect, it } from "@jest/globals";
import { kafkaSecurityProblems } from "./kafka-security-problems.ts";

it.each([
  [{}],
  [{ kafkaTls: true, kafkaTlsCaFile: "ca.pem", kafkaTlsCertFile: "c.pem", kafkaTlsKeyFile: "k.pem" }],
  [{ kafkaSaslMechanism: "plain", kafkaSaslUsername: "u", kafkaSaslPassword: "p" }],
  [{ kafkaSaslMechanism: "scram-sha-512", kafkaSaslUsername: "u", kafkaSaslPasswordFile: "f" }],
  [{ kafkaSaslMechanism: "oauthbearer", kafkaOauthTokenFile: "f" }],
  [
    {
      kafkaSaslMechanism: "oauthbearer",
      kafkaOauthTokenUrl: "https://id/token",
      kafkaOauthClientId: "c",
      kafkaOauthClientSecret: "s",
      kafkaOauthScope: "kafka",
    },
  ],
] as const)("finds nothing wrong with %j", (values) => {
  expect(kafkaSecurityProblems(values)).toEqual([]);
});

it.each([
  [{ kafkaTlsCaFile: "ca.pem" }, ["KAFKA_TLS_CA_FILE does nothing without KAFKA_TLS=true"]],
  [
    { kafkaTls: true, kafkaTlsCertFile: "c.pem" },
    ["KAFKA_TLS_CERT_FILE and KAFKA_TLS_KEY_FILE belong together: give both or neither"],
  ],
  [{ kafkaSaslUsername: "u" }, ["KAFKA_SASL_USERNAME does nothing with KAFKA_SASL_MECHANISM=none"]],
  [
    { kafkaSaslMechanism: "plain" },
    [
      "KAFKA_SASL_USERNAME is missing with KAFKA_SASL_MECHANISM=plain",
      "give either KAFKA_SASL_PASSWORD or KAFKA_SASL_PASSWORD_FILE: none is set",
    ],
  ],
  [
    { kafkaSaslMechanism: "plain", kafkaSaslUsername: "u", kafkaSaslPassword: "p", kafkaSaslPasswordFile: "f" },
    ["give either KAFKA_SASL_PASSWORD or KAFKA_SASL_PASSWORD_FILE: both are set"],
  ],
  [
    { kafkaSaslMechanism: "oauthbearer", kafkaSaslPassword: "p", kafkaOauthTokenFile: "f", kafkaOauthScope: "s" },
    [
      "KAFKA_SASL_PASSWORD does nothing with KAFKA_SASL_MECHANISM=oauthbearer",
      "KAFKA_OAUTH_SCOPE does nothing without KAFKA_OAUTH_TOKEN_URL",
    ],
  ],
  [
    { kafkaSaslMechanism: "oauthbearer", kafkaOauthTokenUrl: "https://id/token" },
    [
      "KAFKA_OAUTH_CLIENT_ID is missing: KAFKA_OAUTH_TOKEN_URL needs it",
      "give either KAFKA_OAUTH_CLIENT_SECRET or KAFKA_OAUTH_CLIENT_SECRET_FILE: none is set",
    ],
  ],
] as const)("names what is wrong with %j", (values, problems) => {
  expect(kafkaSecurityProblems(values)).toEqual(problems);
});
