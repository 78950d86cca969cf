import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";

/** An OpenTelemetry SDK that keeps every span, for this test file. */
export interface SpanRecorder {
  /** The spans that have ended, in the order of their ends. */
  readonly spans: readonly ReadableSpan[];
  forget(): void;
  /** Takes the SDK away again. */
  stop(): Promise<void>;
}

/** Registers the SDK; what is traced from here on is recorded. */
export function recordSpans(): SpanRecorder {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  return {
    get spans() {
      return exporter.getFinishedSpans();
    },
    forget: () => exporter.reset(),
    async stop() {
      trace.disable();
      context.disable();
      await provider.shutdown();
    },
  };
}
