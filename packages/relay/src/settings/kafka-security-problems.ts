import { kafkaSettings } from "./kafka-settings.ts";

type GivenSettings = {
  readonly [Name in keyof typeof kafkaSettings]?: ReturnType<(typeof kafkaSettings)[Name]["parse"]>;
};
type Name = keyof GivenSettings;

const tlsDetails = ["kafkaTlsCaFile", "kafkaTlsCertFile", "kafkaTlsKeyFile", "kafkaTlsServerName"] as const;
const passwordDetails = ["kafkaSaslUsername", "kafkaSaslPassword", "kafkaSaslPasswordFile"] as const;
const clientDetails = ["kafkaOauthClientId", "kafkaOauthClientSecret", "kafkaOauthClientSecretFile"] as const;
const endpointDetails = [...clientDetails, "kafkaOauthScope"] as const;

/** What is wrong with the settings of TLS and SASL taken together, each alone being well. Pure. */
export function kafkaSecurityProblems(values: GivenSettings): readonly string[] {
  return [...tlsProblems(values), ...saslProblems(values)];
}

function tlsProblems(values: GivenSettings): string[] {
  const problems: string[] = [];
  if (values.kafkaTls !== true) problems.push(...useless(values, tlsDetails, "without KAFKA_TLS=true"));
  if (isGiven(values, "kafkaTlsCertFile") !== isGiven(values, "kafkaTlsKeyFile")) {
    problems.push(`${envOf("kafkaTlsCertFile")} and ${envOf("kafkaTlsKeyFile")} belong together: give both or neither`);
  }
  return problems;
}

function saslProblems(values: GivenSettings): string[] {
  const mechanism = values.kafkaSaslMechanism ?? "none";
  const oauth = ["kafkaOauthTokenFile", "kafkaOauthTokenUrl", ...endpointDetails] as const;
  const where = `with KAFKA_SASL_MECHANISM=${mechanism}`;
  if (mechanism === "none") return useless(values, [...passwordDetails, ...oauth], where);
  if (mechanism === "oauthbearer") return [...useless(values, passwordDetails, where), ...oauthProblems(values)];
  const problems = useless(values, oauth, where);
  if (!isGiven(values, "kafkaSaslUsername")) problems.push(`${envOf("kafkaSaslUsername")} is missing ${where}`);
  return [...problems, ...oneOf(values, "kafkaSaslPassword", "kafkaSaslPasswordFile")];
}

function oauthProblems(values: GivenSettings): string[] {
  const problems = oneOf(values, "kafkaOauthTokenFile", "kafkaOauthTokenUrl");
  if (!isGiven(values, "kafkaOauthTokenUrl")) {
    return [...problems, ...useless(values, endpointDetails, `without ${envOf("kafkaOauthTokenUrl")}`)];
  }
  if (!isGiven(values, "kafkaOauthClientId")) {
    problems.push(`${envOf("kafkaOauthClientId")} is missing: ${envOf("kafkaOauthTokenUrl")} needs it`);
  }
  return [...problems, ...oneOf(values, "kafkaOauthClientSecret", "kafkaOauthClientSecretFile")];
}

function oneOf(values: GivenSettings, one: Name, other: Name): string[] {
  const given = [one, other].filter((name) => isGiven(values, name)).length;
  return given === 1
    ? []
    : [`give either ${envOf(one)} or ${envOf(other)}: ${given === 0 ? "none is" : "both are"} set`];
}

function useless(values: GivenSettings, names: readonly Name[], where: string): string[] {
  return names.filter((name) => isGiven(values, name)).map((name) => `${envOf(name)} does nothing ${where}`);
}

function isGiven(values: GivenSettings, name: Name): boolean {
  return values[name] !== undefined && values[name] !== null;
}

function envOf(name: Name): string {
  return kafkaSettings[name].env;
}
