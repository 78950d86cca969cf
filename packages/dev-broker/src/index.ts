export interface DevBrokerOptions {
  readonly host?: string;
  readonly port?: number;
}

export interface RunningDevBroker {
  readonly brokers: readonly string[];
  stop(): Promise<void>;
}

export function startDevBroker(_options: DevBrokerOptions = {}): Promise<RunningDevBroker> {
  return Promise.reject(new Error("written next"));
}
