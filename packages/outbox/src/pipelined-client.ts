import { OutboxError } from "./errors.ts";
import { type Answer, PipelinedPublishing, type Statement } from "./pipelined-publishing.ts";

// oxlint-disable typescript/no-explicit-any -- TypeScript asks for it of a mixin's constructor, and `query` has many overloads
/** A class in the shape of `pg.Client`, 8.23 or newer: by structure, so that `pg` itself is not imported. */
export type PostgresClientClass = new (
  ...args: any[]
) => {
  query(...args: any[]): any;
  getTransactionStatus(): string | null;
};

/**
 * A class of clients for `pg.Pool` and Prisma's adapter whose transactions do not wait for `publish`:
 *
 *     new PrismaPg({ connectionString, Client: pipelinePublish(pg.Client) })
 *
 * They have `pg`'s `pipeline` on. What is wrong with an event in the database's eyes comes as the error of the transaction's next
 * statement or of its commit.
 *
 * @param Client `pg.Client` of pg 8.23 or newer
 * @throws OutboxError OPTION_INVALID when it cannot pipeline
 */
export function pipelinePublish<Client extends PostgresClientClass>(Client: Client): Client {
  requirePipelining(Client);
  const known = new Set<string>();
  return class extends Client {
    readonly #publishing = new PipelinedPublishing(
      {
        send: (statement) => super.query(statement) as Promise<Answer>,
        transactionStatus: () => this.getTransactionStatus(),
      },
      known,
    );

    constructor(...args: any[]) {
      const [config, ...others] = args;
      super({ ...(typeof config === "string" ? { connectionString: config } : config), pipeline: true }, ...others);
    }

    override query(...args: any[]): any {
      const call = readCall(args);
      if (call === null) return super.query(...args);
      const answer = this.#publishing.query(call.statement);
      if (call.callback === undefined) return answer;
      answer.then((result) => call.callback?.(null, result), call.callback);
      return undefined;
    }
  };
}
// oxlint-enable typescript/no-explicit-any

interface Call {
  readonly statement: Statement;
  readonly callback: ((error: unknown, answer?: Answer) => void) | undefined;
}

/** What one of `query`'s overloads was given. Null: a query object of the caller's own, or what `pg` is to refuse. */
function readCall([config, ...rest]: readonly unknown[]): Call | null {
  if (isSubmittable(config)) return null;
  const values = rest.find(Array.isArray);
  const given = { ...(typeof config === "string" ? { text: config } : (config as object)), ...(values && { values }) };
  const { callback, ...statement } = given as Partial<Statement> & { readonly callback?: unknown };
  if (typeof statement.text !== "string") return null;
  const answerTo = [...rest, callback].find((candidate) => typeof candidate === "function");
  return { statement: statement as Statement, callback: answerTo as Call["callback"] };
}

function isSubmittable(config: unknown): boolean {
  return typeof config === "object" && config !== null && "submit" in config;
}

function requirePipelining(Client: PostgresClientClass): void {
  const client = typeof Client === "function" ? new Client({ pipeline: true }) : undefined;
  if (client !== undefined && "pipeline" in client && "getTransactionStatus" in client) return;
  throw new OutboxError(
    "OPTION_INVALID",
    "pipelinePublish got a class that cannot pipeline: give it pg.Client of pg 8.23 or newer",
  );
}
