import { expect, it } from "@jest/globals";
import { resourceAttributes, startTracing, wantsTracing } from "./start-tracing.ts";

it.each([
  {},
  { OTEL_SERVICE_NAME: "shop-relay" },
  { OTEL_EXPORTER_OTLP_ENDPOINT: "" },
  { OTEL_TRACES_EXPORTER: "none", OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318" },
  { OTEL_SDK_DISABLED: "true", OTEL_TRACES_EXPORTER: "otlp" },
])("%j asks for no traces", async (env) => {
  expect(wantsTracing(env)).toBe(false);
  expect(await startTracing(env, () => {})).toBeNull();
});

it.each([
  { OTEL_TRACES_EXPORTER: "otlp" },
  { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318" },
  { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://collector:4318/v1/traces" },
  { OTEL_SDK_DISABLED: "false", OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318" },
])("%j asks for traces", (env) => {
  expect(wantsTracing(env)).toBe(true);
});

it("says who sends spans by the standard variables, and never by the command line", () => {
  expect(resourceAttributes({})).toEqual({ "service.name": "outbox-relay", "host.name": expect.any(String) });
  const env = {
    OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=a%2Cb, service.name=one,odd,=x,k=%",
    OTEL_SERVICE_NAME: "",
  };
  expect(resourceAttributes(env)).toMatchObject({
    "service.name": "one",
    "deployment.environment.name": "a,b",
    k: "%",
  });
  expect(resourceAttributes({ ...env, OTEL_SERVICE_NAME: "two" })).toMatchObject({ "service.name": "two" });
});
