import { once } from "node:events";
import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** Below the ports that Linux, macOS and Windows give to outgoing connections by default, from 32768 or 49152 on. */
const LOWEST = 10_000;
const HIGHEST = 32_767;
const ATTEMPTS = 100;

/**
 * A TCP port that nothing on 127.0.0.1 listens on. Not one of those that the system gives to outgoing connections: a service
 * that stops and starts again would find it taken, at times by whoever tried to connect to itself.
 *
 * @throws Error when none of a hundred is free
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = randomInt(LOWEST, HIGHEST + 1);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free TCP port on 127.0.0.1: ${ATTEMPTS} between ${LOWEST} and ${HIGHEST} are taken`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening"); // rejects with the server's error
  } catch {
    return false; // taken, or not for us
  }
  server.close();
  await once(server, "close");
  return true;
}
