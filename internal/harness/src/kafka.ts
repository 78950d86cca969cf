export interface RunningKafka {
  readonly brokers: readonly string[];
  stop(): Promise<void>;
}

export function startKafka(): Promise<RunningKafka> {
  return Promise.reject(new Error("written next"));
}
