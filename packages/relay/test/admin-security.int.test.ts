import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import {
  createTestCertificates,
  type RunningKafka,
  startKafka,
  type TestCertificates,
  type TestDatabase,
} from "@waybill/harness";
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } from "kafkajs";
import type { Check } from "../src/commands/doctor/check.ts";
import type { TopicOutcome } from "../src/commands/topics/topics-text.ts";
import { json, operatorCli } from "./operator-cli.ts";
import { createOutboxDatabase } from "./outbox-database.ts";
import { createTopic, kafkaOf } from "./topic-reader.ts";

/** A broker of its own with Java and openssl: only where tests run on Apache Kafka anyway. */
const isOnKafka = process.env["WAYBILL_TEST_BROKER"] === "kafka";
if (!isOnKafka) process.stderr.write("skipped: admin commands with TLS and SASL, which pnpm test:kafka runs\n");
const describeOnKafka = isOnKafka ? describe : describe.skip;

const user = { name: "relay", password: "s3cret-of-the-relay" };
const topic = "orders.order";

describeOnKafka("admin commands on Apache Kafka with TLS, SASL and an authorizer", () => {
  let certificates: TestCertificates;
  let kafka: RunningKafka;
  let database: TestDatabase;

  beforeAll(async () => {
    certificates = await createTestCertificates();
    [kafka, database] = await Promise.all([startKafka({ security: { certificates, user } }), createOutboxDatabase()]);
    await createTopic(kafka.brokers, topic);
  }, 120_000);
  afterAll(async () => {
    await Promise.all([kafka.stop(), database.drop(), certificates.remove()]);
  });

  const environment = (changes: Readonly<Record<string, string>> = {}) => ({
    env: {
      DATABASE_URL: database.url,
      KAFKA_BROKERS: kafka.secured?.sasl ?? "",
      KAFKA_TLS: "true",
      KAFKA_TLS_CA_FILE: certificates.caFile,
      KAFKA_SASL_MECHANISM: "scram-sha-512",
      KAFKA_SASL_USERNAME: user.name,
      KAFKA_SASL_PASSWORD: user.password,
      ...changes,
    },
  });

  async function allow(operation: AclOperationTypes): Promise<void> {
    const admin = kafkaOf(kafka.brokers).admin();
    await admin.connect();
    const principal = { principal: `User:${user.name}`, host: "*", permissionType: AclPermissionTypes.ALLOW };
    const anyTopic = { resourceName: "*", resourcePatternType: ResourcePatternTypes.LITERAL };
    await admin.createAcls({
      acl: [{ ...principal, ...anyTopic, resourceType: AclResourceTypes.TOPIC, operation }],
    });
    await admin.disconnect();
  }

  async function topicCheck(): Promise<Check | undefined> {
    const checks = json<Check[]>(await operatorCli(["doctor", "--json", "--topic", topic], environment()));
    expect(checks.find(({ area, id }) => area === "kafka" && id === "reachable")?.status).toBe("ok");
    return checks.find(({ id }) => id === `topic:${topic}`);
  }

  it("tells what the principal may not do, and never its password", async () => {
    expect(await topicCheck()).toMatchObject({ status: "fail", detail: expect.stringContaining("may not see it") });
    const refused = await operatorCli(["topics", "ensure", "--topic", "new.topic"], environment());
    expect(refused).toMatchObject({ code: 1, stdout: expect.stringMatching(/new\.topic: not created: .*uthoriz/) });
    await allow(AclOperationTypes.WRITE);
    expect(await topicCheck()).toMatchObject({ status: "warn", detail: expect.stringContaining("single replica") });
    await allow(AclOperationTypes.CREATE);
    const created = await operatorCli(["topics", "ensure", "--topic", "new.topic", "--json"], environment());
    expect(json<TopicOutcome[]>(created)).toMatchObject([{ action: "created" }]);
    expect(refused.stdout + refused.stderr).not.toContain(user.password);
  });

  it.each([
    ["a wrong password", { KAFKA_SASL_PASSWORD: "wr0ng-one" }],
    ["no TLS", { KAFKA_TLS: "", KAFKA_TLS_CA_FILE: "", RELAY_CONNECT_TIMEOUT_MS: "2000" }],
  ])("says that it cannot connect: %s", async (_, changes) => {
    const away = await operatorCli(["topics", "ensure", "--topic", topic], environment(changes));
    expect(away).toMatchObject({ code: 1, stderr: expect.stringContaining("cannot connect to Kafka at") });
    expect(away.stderr).not.toContain("wr0ng-one");
  });
});
