import { hostname } from "node:os";
import { messageOf } from "../errors.ts";
import { isTracingOn } from "./send-tracer.ts";

export interface RunningTracing {
  /** Sends the last spans. */
  stop(): Promise<void>;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** What a collector that does not answer may take of a shutdown. */
const STOP_MS = 3_000;

/** Whether OpenTelemetry's standard variables ask for traces. Source: "OpenTelemetry Environment Variable Specification". */
export function wantsTracing(env: Variables): boolean {
  if (env["OTEL_SDK_DISABLED"]?.toLowerCase() === "true") return false;
  const exporter = env["OTEL_TRACES_EXPORTER"];
  if (exporter !== undefined && exporter !== "") return exporter !== "none";
  return Boolean(env["OTEL_EXPORTER_OTLP_ENDPOINT"] || env["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"]);
}

/**
 * Starts OpenTelemetry's SDK when its variables ask for traces and nobody has started one (by `node --import …`). It is
 * not a dependency: few relays are traced, and it is larger than the relay. Without it the relay warns and goes on, as
 * no event may wait for telemetry.
 *
 * @param env the process's own: the SDK reads its other variables by itself
 * @returns null when there is nothing to stop
 */
export async function startTracing(env: Variables, warn: (message: string) => void): Promise<RunningTracing | null> {
  if (!wantsTracing(env) || isTracingOn()) return null;
  try {
    const { NodeSDK } = await import("@opentelemetry/sdk-node");
    const sdk = new NodeSDK({
      // The default detectors would send the command line, and with it passwords that are given by flags.
      resourceDetectors: [{ detect: () => ({ attributes: resourceAttributes(env) }) }],
      metricReaders: [],
      logRecordProcessors: [],
      instrumentations: [],
    });
    sdk.start();
    return { stop: () => stopWithin(sdk.shutdown(), warn) };
  } catch (error) {
    warn(
      `no traces: OTEL_… variables ask for them, but @opentelemetry/sdk-node does not start: ${messageOf(error)}. ` +
        "Install it beside @waybill/relay, or set OTEL_TRACES_EXPORTER=none.",
    );
    return null;
  }
}

/** Who sends the spans. Source: "Resource SDK": OTEL_RESOURCE_ATTRIBUTES is `name=value,…`, percent-encoded. */
export function resourceAttributes(env: Variables): Record<string, string> {
  const given = (env["OTEL_RESOURCE_ATTRIBUTES"] ?? "").split(",").flatMap((pair) => {
    const [name = "", value] = pair.split("=", 2).map((part) => part.trim());
    return name === "" || value === undefined ? [] : [[name, decodePercent(value)]];
  });
  const named = env["OTEL_SERVICE_NAME"] ? { "service.name": env["OTEL_SERVICE_NAME"] } : {};
  return { "service.name": "outbox-relay", "host.name": hostname(), ...Object.fromEntries(given), ...named };
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // what is not encoded stands for itself
  }
}

async function stopWithin(stopping: Promise<void>, warn: (message: string) => void): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${STOP_MS} ms`)), STOP_MS);
  try {
    await Promise.race([stopping, late]);
  } catch (error) {
    warn(`the last spans may be lost: ${messageOf(error)}`);
  } finally {
    clearTimeout(timer);
  }
}
