import { availableParallelism } from "node:os";

/** @type {import('jest').Config} */
export default {
  testEnvironment: "node",
  // Workspace packages resolve to src/*.ts: no build before the tests.
  testEnvironmentOptions: { customExportConditions: ["@waybill/source", "node", "node-addons"] },
  roots: ["<rootDir>/packages", "<rootDir>/internal", "<rootDir>/bench", "<rootDir>/examples"],
  testMatch: ["**/*.test.ts"],
  globalSetup: "<rootDir>/internal/harness/src/jest-global-setup.ts",
  globalTeardown: "<rootDir>/internal/harness/src/jest-global-teardown.ts",
  extensionsToTreatAsEsm: [".ts"],
  moduleFileExtensions: ["ts", "js", "mjs", "json", "node"],
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      {
        jsc: {
          parser: { syntax: "typescript" },
          target: "es2024",
          experimental: { keepImportAttributes: true }, // JSON modules are imported with { type: "json" }
        },
        module: { type: "es6" },
        sourceMaps: "inline",
      },
    ],
  },
  modulePathIgnorePatterns: ["/dist/", "/dist-test/"],
  testTimeout: 60_000,
  maxWorkers: Math.max(2, availableParallelism() - 1), // tests wait more than they compute
  // On a busy machine a worker takes longer to end than the default of 500 ms, and would be told off for open handles.
  workerGracefulExitTimeout: 10_000,
};
