/** What commands may know of the process. */
export interface CliEnvironment {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted when the process shall end. */
  readonly shutdown: AbortSignal;
  stdout(text: string): void;
  stderr(text: string): void;
}
