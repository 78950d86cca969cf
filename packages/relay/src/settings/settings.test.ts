import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { completeSettings, loadSettings } from "./settings.ts";
import { settingsEnvExample, settingsMarkdown } from "./settings-docs.ts";

const env = {
  DATABASE_URL: "postgresql://db/shop",
  KAFKA_BROKERS: "one:9092, [::1]:9093",
  SCHEMA_REGISTRY_URL: "http://registry:8081",
};

describe("loadSettings", () => {
  it("fills in the defaults", () => {
    expect(loadSettings({ flags: {}, env })).toMatchObject({
      databaseUrl: "postgresql://db/shop",
      brokers: ["one:9092", "[::1]:9093"],
      autoRegister: false,
      batchSize: 3_000,
      pollBusyMs: 1,
      pollIdleMs: 50,
    });
  });

  it("prefers flags to variables, variables to the file, the file to defaults", () => {
    const file = { path: "relay.json", content: { batchSize: 3, pollIdleMs: 3, pollBusyMs: 3 } };
    const settings = loadSettings({
      flags: { batchSize: "1" },
      env: { ...env, RELAY_BATCH_SIZE: "2", RELAY_POLL_IDLE_MS: "2" },
      file,
    });
    expect(settings).toMatchObject({ batchSize: 1, pollIdleMs: 2, pollBusyMs: 3 });
  });

  it("takes an empty variable for none", () => {
    expect(loadSettings({ flags: {}, env: { ...env, RELAY_BATCH_SIZE: "" } }).batchSize).toBe(3_000);
  });

  it("never repeats what stands before a broker's host, as it may be a password", () => {
    expect(() => loadSettings({ flags: {}, env: { ...env, KAFKA_BROKERS: "me:s3cret@one:9092" } })).toThrow(
      expect.objectContaining({ message: expect.stringContaining('expects host:port, not "***@one:9092"') }),
    );
  });

  it("never repeats a URL that it cannot read, as it may hold a password", () => {
    expect(() => loadSettings({ flags: {}, env: { ...env, DATABASE_URL: "postgresql://me:s3cret@" } })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("s3cret") }),
    );
  });
});

it("completeSettings checks values that are not texts", () => {
  const options = { databaseUrl: env.DATABASE_URL, brokers: ["one:9092"], registryUrl: env.SCHEMA_REGISTRY_URL };
  expect(completeSettings({ ...options, autoRegister: true, batchSize: 7 })).toMatchObject({
    brokers: ["one:9092"],
    autoRegister: true,
    batchSize: 7,
  });
  expect(() => completeSettings({ ...options, batchSize: 0.5 })).toThrow("batchSize: expects a whole number");
});

describe("the documents", () => {
  const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), "utf8");

  it("README.md holds the table of settings", () => {
    const table = read("README.md")
      .split("\n")
      .filter((line) => line.startsWith("| flag ") || line.startsWith("| `--") || line.startsWith("| not a flag "));
    expect(table).toEqual(
      settingsMarkdown()
        .split("\n")
        .filter((line) => !line.startsWith("|---")),
    );
  });

  it(".env.example holds every variable", () => {
    expect(read(".env.example")).toBe(settingsEnvExample());
  });
});
