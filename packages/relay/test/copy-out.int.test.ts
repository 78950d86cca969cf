import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createTestDatabase, type TestDatabase } from "@waybill/harness";
import { Socket } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import pg from "pg";
import { type CopyDataSink, copyOut } from "../src/rows/copy-out.ts";
import { LendingSocket } from "../src/rows/lending-socket.ts";

const ROWS = 20_000;
const COPY = `COPY (SELECT n, repeat('x', n % 900) FROM generate_series(1, ${ROWS}) AS n) TO STDOUT`;

describe.each([
  { name: "a socket of its own", createSocket: () => new Socket() },
  { name: "a socket that lends its chunks", createSocket: () => new LendingSocket() },
])("copyOut by $name", ({ createSocket }) => {
  let database: TestDatabase;
  let client: pg.Client;

  beforeAll(async () => {
    database = await createTestDatabase();
    client = new pg.Client({ connectionString: database.url, stream: createSocket });
    await client.connect();
  });

  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  function collect(into: number[]): (bytes: Buffer, start: number, end: number) => number {
    return (bytes, start, end) => into.push(Number.parseInt(bytes.toString("latin1", start, end), 10));
  }

  async function expectUsable(): Promise<void> {
    const { rows } = await client.query<{ one: number }>("SELECT 1 AS one");
    expect(rows).toEqual([{ one: 1 }]);
  }

  const all = Array.from({ length: ROWS }, (_, index) => index + 1);

  it("hands over every row, time and again", async () => {
    for (let time = 0; time < 3; time++) {
      const rows: number[] = [];
      const add = collect(rows);
      await copyOut(client, COPY, (...row) => void add(...row));
      expect(rows).toEqual(all);
    }
    await expectUsable();
  });

  it("waits for a sink that asks for it, and keeps the row until it has answered", async () => {
    const rows: number[] = [];
    const add = collect(rows);
    const sink: CopyDataSink = (bytes, start, end) => {
      if (rows.length % 7 === 0) return nextTurn().then(() => void add(bytes, start, end));
      add(bytes, start, end);
      return undefined;
    };
    await copyOut(client, COPY, sink);
    expect(rows).toEqual(all);
    await expectUsable();
  });

  it.each(["throws", "rejects with"])("ends with what the sink %s; the connection goes on", async (how) => {
    let offered = 0;
    const sink: CopyDataSink = () => {
      offered++;
      if (offered < 100) return undefined;
      if (how === "throws") throw new Error("enough");
      return Promise.reject(new Error("enough"));
    };
    await expect(copyOut(client, COPY, sink)).rejects.toThrow("enough");
    expect(offered).toBe(100);
    await expectUsable();
  });

  it("keeps nothing of a chunk that is lent: what comes in pieces is whole", async () => {
    const lengths: number[] = [];
    const larger = "COPY (SELECT repeat('y', 50000 + n) FROM generate_series(1, 200) AS n) TO STDOUT";
    await copyOut(client, larger, (bytes, start, end) => {
      expect(bytes.subarray(start, end - 1).every((byte) => byte === 0x79)).toBe(true);
      lengths.push(end - start - 1);
    });
    expect(lengths).toEqual(Array.from({ length: 200 }, (_, n) => 50_001 + n));
    const { rows } = await client.query<{ text: string }>(
      "SELECT repeat(n::text, 20000) AS text FROM generate_series(1, 9) AS n",
    );
    expect(rows.map(({ text }) => text)).toEqual(Array.from({ length: 9 }, (_, n) => `${n + 1}`.repeat(20_000)));
  });

  it("ends with the server's error in the middle of the rows; the connection goes on", async () => {
    const rows: number[] = [];
    const add = collect(rows);
    const failing = "COPY (SELECT 1 / (5000 - n), repeat('x', 100) FROM generate_series(1, 9000) AS n) TO STDOUT";
    await expect(copyOut(client, failing, (...row) => void add(...row))).rejects.toThrow("division by zero");
    expect(rows).toHaveLength(4_999);
    await expect(copyOut(client, "COPY nothing TO STDOUT", () => {})).rejects.toThrow("does not exist");
    await expectUsable();
  });

  it("ends when the connection is lost, even while the sink is waited for", async () => {
    const socket = createSocket();
    const victim = new pg.Client({ connectionString: database.url, stream: () => socket });
    victim.on("error", () => {}); // the query rejects
    await victim.connect();
    const released = Promise.withResolvers<void>();
    let offered = 0;
    const copied = copyOut(victim, COPY, () => {
      offered++;
      socket.destroy();
      return released.promise;
    });
    await expect(copied).rejects.toThrow("Connection terminated");
    released.resolve();
    await nextTurn();
    expect(offered).toBe(1); // what the last chunk still held is of no use
  });
});
