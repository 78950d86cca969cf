/** What commands may know of the process. */
export interface CliEnvironment {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted when the process shall end. */
  readonly shutdown: AbortSignal;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Whether a person watches standard error, where progress is drawn. Default: no. */
  readonly isTerminal?: boolean;
  /** Called once a relay has started. */
  readonly onStarted?: () => void;
  /** Asks a person, where one is there to answer. */
  readonly confirm?: (question: string) => Promise<boolean>;
}
