import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createTestDatabase, type TestDatabase } from "@waybill/harness";
import { type RunningRegistry, startRegistry } from "../src/index.ts";
import { createPostgresStore } from "../src/store/postgres-store.ts";
import { createApi, idIn } from "./api.ts";
import { testRegistryStore } from "./store-contract.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

testRegistryStore("PostgreSQL", () => createPostgresStore(database.url));

describe("registries on one database", () => {
  it("start at once, agree on every id and version, and remember after a restart", async () => {
    const fresh = await createTestDatabase();
    const start = () => startRegistry({ store: { kind: "postgres", url: fresh.url }, compatibility: "NONE" });
    const registries: RunningRegistry[] = await Promise.all([start(), start(), start()]);
    const apis = registries.map(({ url }) => createApi(url));
    const names = Array.from({ length: 12 }, (_, index) => `R${index}`);
    const rounds = await Promise.all(
      apis.map((api) => Promise.all(names.map((name) => api.register("raced", { type: "record", name, fields: [] })))),
    );
    const ids = rounds.map((answers) => answers.map(idIn));
    expect(ids[1]).toEqual(ids[0]);
    expect(ids[2]).toEqual(ids[0]);
    expect(ids[0]?.toSorted((a, b) => a - b)).toEqual(names.map((_, index) => index + 1));
    await Promise.all(registries.map((registry) => registry.stop()));

    const restarted = await start();
    const { body } = await createApi(restarted.url).get("/subjects/raced/versions");
    expect(body).toEqual(names.map((_, index) => index + 1));
    await restarted.stop();
    await fresh.drop();
  });

  it("answer 50001 while the database is away, and go on when it is back", async () => {
    const lost = await createTestDatabase();
    const registry = await startRegistry({ store: { kind: "postgres", url: lost.url } });
    const api = createApi(registry.url);
    expect((await api.get("/subjects")).status).toBe(200);
    await lost.drop(); // cuts the idle connection too
    expect(await api.get("/subjects")).toMatchObject({ status: 500, body: { error_code: 50001 } });
    expect(await api.get("/schemas/types")).toMatchObject({ status: 200 });
    await registry.stop();
  });
});
