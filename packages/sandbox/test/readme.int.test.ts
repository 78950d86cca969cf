// #region sandbox
import { externalServicesFrom, startSandbox } from "@waybill/sandbox";

/** Starts what the environment does not name, makes a table, and takes the relay through a crash. */
export async function trySandbox(env: Readonly<Record<string, string | undefined>>): Promise<number> {
  const sandbox = await startSandbox({
    ...externalServicesFrom(env),
    prepareDatabase: async (client) => {
      await client.query("CREATE TABLE tickets (id uuid PRIMARY KEY)");
    },
  });
  try {
    await sandbox.relay.kill(); // SIGKILL, as a crash would end it
    await sandbox.relay.restart();
    const { status } = await fetch(`${sandbox.relay.url}/readyz`);
    return status;
  } finally {
    await sandbox.stop(); // the last started first
  }
}
// #endregion

import { expect, it } from "@jest/globals";

it("does what the README shows", async () => {
  expect(await trySandbox({})).toBe(200);
});
