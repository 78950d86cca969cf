/** What a command needs of the process that it runs in. */
export interface CliContext {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether a person can be asked: both ends are a terminal. */
  readonly isInteractive: boolean;
  readonly print: (text: string) => void;
  readonly printError: (text: string) => void;
  /** The whole of standard input. */
  readonly readInput: () => Promise<Uint8Array>;
  /** Asks a yes-or-no question on the terminal. */
  readonly confirm: (question: string) => Promise<boolean>;
}

/** 0 ok, 1 findings, 2 bad usage or input, 3 the baseline of a check could not be reached. */
export type ExitCode = 0 | 1 | 2 | 3;

/** What a command does; it returns its exit code and throws SchemasError. */
export type Action = () => Promise<ExitCode>;
