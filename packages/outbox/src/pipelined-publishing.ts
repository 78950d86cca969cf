/**
 * Sends events without waiting for the answer: the round trip that publishing costs a transaction is gone, as the answer
 * comes while the transaction goes on, or with that to COMMIT.
 *
 *   publish ──┬── a schema not known yet: sent and answered as ever; its COMMIT makes it KNOWN to this process
 *             └── all of them KNOWN: sent, "answered" at once ──► the server's own answer
 *                                                                  ├── done
 *                                                                  └── error: the transaction is aborted, by the server
 *
 * Nothing can be committed past an error: the server answers every later statement of the transaction with
 * in_failed_sql_transaction, and COMMIT with ROLLBACK. Here both are turned into the error that came first. ROLLBACK TO a
 * savepoint mends it, as ever.
 *
 * KNOWN is what a transaction that has committed saw in waybill.schema, where nothing is ever deleted. Should a database be
 * set back behind that, the server refuses the transaction (WB001), and the next one is sent and answered as ever.
 */
import { isPublishing, refusingMissingSchema, schemaIdsOf } from "./insert-rows.ts";

/** A statement as `pg` takes it. */
export interface Statement {
  readonly text: string;
  /** Of a prepared statement. */
  readonly name?: string | undefined;
  readonly values?: readonly unknown[];
}

/** What of `pg`'s answer is looked at. */
export interface Answer {
  readonly command: string | null;
}

/** What of a connection is used here. */
export interface PipelinedConnection {
  /** Sends a statement behind those that are not answered yet. */
  send(statement: Statement): Promise<Answer>;
  /** As of the last answer: I outside of a transaction, T in one, E in one that is aborted. */
  transactionStatus(): string | null;
}

/** What `publish` is told: no schema is missing. */
const noRows = () => ({ command: "SELECT", rowCount: 0, oid: null, fields: [], rows: [] });

/** By the server's answers: a transaction began, or it, or a savepoint's part of it, is over. */
const TURNS: ReadonlySet<string | null> = new Set(["BEGIN", "START", "COMMIT", "ROLLBACK"]);
/** Asks to go back, out of a transaction or to a savepoint: everything else that is answered ROLLBACK has failed. */
const GOES_BACK = /^\s*(ROLLBACK|ABORT)\b/i;

const IN_FAILED_TRANSACTION = "25P02";
const SCHEMA_MISSING = "WB001";

/** PostgreSQL's, of a name. */
const MOST_NAME_BYTES = 63;

/** What one connection does with its statements. */
export class PipelinedPublishing {
  readonly #connection: PipelinedConnection;
  readonly #known: Set<string>;
  /** Schemas that the transaction at hand has seen. */
  readonly #seen = new Set<string>();
  /** Settles when all that was sent without waiting is answered. */
  #answered: Promise<void> = Promise.resolve();
  /** Why the transaction at hand is aborted, if it is by what was not waited for. */
  #failure: { readonly error: unknown } | null = null;

  /** @param known schemas that are in the database, shared by its connections */
  constructor(connection: PipelinedConnection, known: Set<string>) {
    this.#connection = connection;
    this.#known = known;
  }

  query(statement: Statement): Promise<Answer> {
    if (isPublishing(statement.text)) return this.#publish(statement);
    return this.#pass(statement);
  }

  async #publish(statement: Statement): Promise<Answer> {
    const ids = schemaIdsOf(statement.values ?? []);
    const connection = this.#connection;
    if (connection.transactionStatus() === "T" && ids.every((id) => this.#known.has(id))) {
      const sent = connection.send(refusing(statement));
      const before = this.#answered;
      this.#answered = sent.then(
        () => before,
        (error: unknown) => before.then(() => this.#note(error)),
      );
      return noRows();
    }
    const answer = await this.#pass(statement);
    for (const id of ids) this.#seen.add(id);
    return answer;
  }

  async #pass(statement: Statement): Promise<Answer> {
    let answer: Answer;
    try {
      answer = await this.#connection.send(statement);
    } catch (error) {
      throw await this.#causeOf(error);
    }
    // Of several statements in one text there are several answers.
    const commands = [answer].flat().map(({ command }) => command);
    if (commands.some((command) => TURNS.has(command))) await this.#onTurn(statement, commands);
    return answer;
  }

  async #onTurn({ text }: Statement, commands: readonly (string | null)[]): Promise<void> {
    await this.#answered;
    const failure = this.#failure;
    const seen = [...this.#seen];
    this.#failure = null;
    this.#seen.clear();
    if (GOES_BACK.test(text)) return;
    if (commands.includes("ROLLBACK") && failure !== null) throw failure.error;
    if (commands.includes("COMMIT")) for (const id of seen) this.#known.add(id);
  }

  async #causeOf(error: unknown): Promise<unknown> {
    await this.#answered;
    return codeOf(error) === IN_FAILED_TRANSACTION && this.#failure !== null ? this.#failure.error : error;
  }

  #note(error: unknown): void {
    if (codeOf(error) === SCHEMA_MISSING) this.#known.clear();
    if (codeOf(error) !== IN_FAILED_TRANSACTION) this.#failure ??= { error };
  }
}

/** The statement that fails where this one tells that a schema is missing; prepared, it takes a name of its own. */
function refusing({ text, name, ...others }: Statement): Statement {
  const strict = { ...others, text: refusingMissingSchema(text) };
  return name === undefined ? strict : { ...strict, name: `strict_${name}`.slice(0, MOST_NAME_BYTES) };
}

function codeOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}
