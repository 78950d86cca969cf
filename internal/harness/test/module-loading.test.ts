import { expect, it } from "@jest/globals";

// Without --experimental-vm-modules @swc/jest falls back to CommonJS, and without the export condition
// @waybill/source tests run what was built last: both silently.

it("runs tests as ES modules", () => {
  expect(typeof require).toBe("undefined");
});

it("loads workspace packages from their sources", () => {
  expect(import.meta.resolve("@waybill/dev-broker")).toMatch(/\/src\/index\.ts$/);
});
