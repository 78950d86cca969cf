import { spawnSync } from "node:child_process";
import { createServer } from "node:http";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { createTestCertificates, type RunningKafka, startKafka, type TestCertificates } from "@waybill/harness";
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } from "kafkajs";
import { messageOf } from "../src/errors.ts";
import type { RelayOptions } from "../src/settings/settings.ts";
import { rowsOf } from "./publisher-rows.ts";
import { append, type Driver, publish, TestPublishers } from "./test-publisher.ts";
import { idsOf, topicContent } from "./topic-content.ts";
import { kafkaOf } from "./topic-reader.ts";

const skipped = reasonToSkip();
if (skipped !== null) console.warn(`not tested: ${skipped}`);
const describeIfPossible = skipped === null ? describe : describe.skip;

/** What a person must read of it. */
const reasons: Readonly<Record<string, RegExp>> = {
  "a wrong password": /authentication failed/i,
  "a certificate by an authority that it does not trust": /certificate/,
  "a certificate for another name": /altnames/,
  "no TLS where it is needed": /TLS/,
};

const user = { name: "relay", password: "s3cret-of-the-relay" };

describeIfPossible("on Apache Kafka with TLS, SASL and an authorizer", () => {
  let certificates: TestCertificates;
  let kafka: RunningKafka;
  let folder: string;

  beforeAll(async () => {
    certificates = await createTestCertificates();
    kafka = await startKafka({ security: { certificates, user } });
    folder = await mkdtemp(join(tmpdir(), "waybill-security-"));
    await allow("relay", "*");
  }, 120_000);
  afterAll(async () => {
    await kafka.stop();
    await certificates.remove();
    await rm(folder, { recursive: true });
  });

  describe.each<Driver>(["wire", "kafkajs"])("the %s publisher", (driver) => {
    let publishers: TestPublishers;
    beforeAll(() => {
      publishers = new TestPublishers(driver, kafka.brokers);
    });
    afterEach(() => publishers.close());

    const tls = (): Partial<RelayOptions> => ({ kafkaTls: true, kafkaTlsCaFile: certificates.caFile });
    const sasl = (mechanism: RelayOptions["kafkaSaslMechanism"]): Partial<RelayOptions> => ({
      ...tls(),
      brokers: [kafka.secured?.sasl ?? ""],
      ...(mechanism === undefined ? {} : { kafkaSaslMechanism: mechanism }),
    });
    const password = { kafkaSaslUsername: user.name, kafkaSaslPassword: user.password };
    const expectPublishes = async (options: Partial<RelayOptions>) => {
      const topic = await publishers.newTopic(2);
      await publish(await publishers.lane(topic, options), rowsOf(topic, 20));
      expect(new Set(idsOf(await topicContent(kafka.brokers, topic))).size).toBe(20);
    };

    it.each(["plain", "scram-sha-256", "scram-sha-512"] as const)("publishes by TLS and %s", (mechanism) =>
      expectPublishes({ ...sasl(mechanism), ...password }),
    );

    it("takes the password from a file", async () => {
      const kafkaSaslPasswordFile = join(folder, "password");
      await writeFile(kafkaSaslPasswordFile, `${user.password}\n`);
      await expectPublishes({ ...sasl("scram-sha-256"), kafkaSaslUsername: user.name, kafkaSaslPasswordFile });
    });

    it("publishes by OAUTHBEARER with a token from a file", async () => {
      const kafkaOauthTokenFile = join(folder, "token");
      await writeFile(kafkaOauthTokenFile, `${unsecuredToken()}\n`);
      await expectPublishes({ ...sasl("oauthbearer"), kafkaOauthTokenFile });
    });

    it("publishes by OAUTHBEARER with a token that an endpoint grants", async () => {
      const endpoint = await startTokenEndpoint();
      try {
        await expectPublishes({
          ...sasl("oauthbearer"),
          kafkaOauthTokenUrl: endpoint.url,
          kafkaOauthClientId: "relay:1",
          kafkaOauthClientSecret: "a secret",
          kafkaOauthScope: "kafka",
        });
        expect(endpoint.requests).toEqual([
          { authorization: `Basic ${btoa("relay%3A1:a%20secret")}`, body: "grant_type=client_credentials&scope=kafka" },
        ]);
      } finally {
        await endpoint.stop();
      }
    });

    it("publishes by TLS with a certificate of its own", () =>
      expectPublishes({
        ...tls(),
        brokers: [kafka.secured?.mutualTls ?? ""],
        kafkaTlsCertFile: certificates.clientCertFile,
        kafkaTlsKeyFile: certificates.clientKeyFile,
      }));

    it.each<[string, () => Partial<RelayOptions>]>([
      ["a wrong password", () => ({ ...sasl("scram-sha-512"), ...password, kafkaSaslPassword: "wr0ng" })],
      [
        "a certificate by an authority that it does not trust",
        () => ({ ...sasl("plain"), ...password, kafkaTlsCaFile: certificates.otherCaFile }),
      ],
      [
        "a certificate for another name",
        () => ({ ...sasl("plain"), ...password, kafkaTlsServerName: "elsewhere.example" }),
      ],
      ["no TLS where it is needed", () => ({ brokers: [kafka.secured?.sasl ?? ""], connectTimeoutMs: 2_000 })],
      [
        "no client certificate where one is needed",
        () => ({ ...tls(), brokers: [kafka.secured?.mutualTls ?? ""], connectTimeoutMs: 2_000 }),
      ],
    ])("refuses to connect: %s", async (what, options) => {
      const problem = await publishers.open(options()).then(() => null, messageOf);
      expect(problem).not.toBeNull();
      expect(problem).not.toContain("wr0ng");
      if (driver === "wire" && what in reasons) expect(problem).toMatch(reasons[what] as RegExp);
    });

    it("refuses a token that the broker refuses", async () => {
      const kafkaOauthTokenFile = join(folder, "expired");
      await writeFile(kafkaOauthTokenFile, unsecuredToken(-3_600));
      await expect(publishers.open({ ...sasl("oauthbearer"), kafkaOauthTokenFile })).rejects.toThrow();
    });

    it("says which topic it may not write to, and stores the others", async () => {
      const credentials = { ...sasl("scram-sha-256"), ...password };
      const [allowed, denied] = [await publishers.newTopic(1), await publishers.newTopic(1)];
      const lane = await publishers.lane([allowed, denied], credentials);
      await deny("relay", denied);
      append(lane, [...rowsOf(allowed, 5), ...rowsOf(denied, 5, { from: 6 })]);
      let outcome = await lane.send();
      while (lane.unacknowledged().length > 5) outcome = await lane.repeat();
      outcome = outcome.failures.length === 1 ? outcome : await lane.repeat();
      expect(outcome.failures).toMatchObject([{ reason: "not-authorized", topic: denied, ids: [6, 7, 8, 9, 10] }]);
      expect(idsOf(await topicContent(kafka.brokers, allowed)).length).toBeGreaterThanOrEqual(5);
      lane.remove(new Set(lane.unacknowledged()));
      await publish(lane, rowsOf(allowed, 1, { from: 11 }));
    });
  });

  const allow = (name: string, topic: string) => acl(name, topic, AclPermissionTypes.ALLOW);
  const deny = (name: string, topic: string) => acl(name, topic, AclPermissionTypes.DENY);

  async function acl(name: string, resourceName: string, permissionType: AclPermissionTypes): Promise<void> {
    const admin = kafkaOf(kafka.brokers).admin();
    await admin.connect();
    const rule = { principal: `User:${name}`, host: "*", permissionType, operation: AclOperationTypes.WRITE };
    const topic = {
      resourceType: AclResourceTypes.TOPIC,
      resourceName,
      resourcePatternType: ResourcePatternTypes.LITERAL,
    };
    const certificate = { ...rule, principal: "User:CN=relay" };
    await admin.createAcls({
      acl: [
        { ...rule, ...topic },
        { ...certificate, ...topic },
      ],
    });
    await admin.disconnect();
  }
});

function reasonToSkip(): string | null {
  if (spawnSync("java", ["-version"]).status !== 0)
    return "Kafka with TLS and SASL needs Java 17, which does not run here";
  if (spawnSync("openssl", ["version"]).status !== 0) return "test certificates need openssl, which does not run here";
  return null;
}

/** As Kafka's own handler of unsecured tokens takes it: for tests alone. */
function unsecuredToken(lifeSeconds = 3_600): string {
  const now = Math.floor(Date.now() / 1_000);
  const part = (content: object) => Buffer.from(JSON.stringify(content)).toString("base64url");
  return `${part({ alg: "none" })}.${part({ sub: user.name, iat: now - 7_200, exp: now + lifeSeconds })}.`;
}

async function startTokenEndpoint() {
  const requests: { authorization: string | undefined; body: string }[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    requests.push({ authorization: request.headers.authorization, body });
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ access_token: unsecuredToken(), token_type: "bearer", expires_in: 3_600 }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const stop = async () => {
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`, requests, stop };
}
