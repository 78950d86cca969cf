import { once } from "node:events";
import { createServer } from "node:net";
import { expect, it } from "@jest/globals";
import { freePort } from "./free-port.ts";

it("finds ports that can be listened on, none of which the system gives to outgoing connections", async () => {
  for (let n = 0; n < 20; n++) {
    const port = await freePort();
    expect(port).toBeGreaterThanOrEqual(10_000);
    expect(port).toBeLessThan(32_768);
    const server = createServer().listen(port, "127.0.0.1");
    await once(server, "listening");
    server.close();
    await once(server, "close");
  }
});
