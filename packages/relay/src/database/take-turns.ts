import type pg from "pg";

/** Makes queries that are asked at once follow each other, in that order: leases, saves and look-ups do. `pg` has a queue of its own, but warns on standard error that it will go. */
export function takeTurns(client: pg.Client): void {
  const send = client.query.bind(client) as (...query: unknown[]) => Promise<unknown>;
  let last: Promise<unknown> = Promise.resolve();
  const query = (...args: unknown[]): Promise<unknown> => {
    const result = last.then(() => send(...args));
    last = result.catch(() => {}); // told to whoever asked
    return result;
  };
  client.query = query as typeof client.query;
}
