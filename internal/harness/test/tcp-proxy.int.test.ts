import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { eventually, startTcpProxy, type TcpProxy } from "@waybill/harness";

let server: Server;
let proxy: TcpProxy;
let atServer = "";
const sockets: Socket[] = [];

beforeEach(async () => {
  atServer = "";
  server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => {
      atServer += chunk.toString();
      socket.write(`<${chunk.toString()}>`);
    });
    socket.on("end", () => socket.end());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  proxy = await startTcpProxy({ target: (server.address() as AddressInfo).port });
});
afterEach(async () => {
  await proxy.close();
  for (const socket of sockets.splice(0)) socket.destroy();
  server.close();
});

interface Client {
  readonly socket: Socket;
  readonly state: { heard: string; end: "" | "FIN" | "RST" };
}

async function dial(): Promise<Client> {
  const socket = connect({ port: proxy.port, host: "127.0.0.1", allowHalfOpen: true });
  sockets.push(socket);
  const state: Client["state"] = { heard: "", end: "" };
  socket.on("data", (chunk: Buffer) => (state.heard += chunk.toString()));
  socket.on("end", () => (state.end = "FIN"));
  socket.on("error", () => (state.end = "RST"));
  await once(socket, "connect");
  return { socket, state };
}

async function dialAndGreet(): Promise<Client> {
  const client = await dial();
  client.socket.write("hi");
  await eventually(() => client.state.heard === "<hi>");
  return client;
}

it("passes bytes and ends both ways", async () => {
  const { socket, state } = await dialAndGreet();
  expect(proxy.links).toBe(1);
  socket.end("bye");
  await eventually(() => state.end === "FIN");
  expect(state.heard).toContain("<bye>");
  await eventually(() => proxy.links === 0);
});

it("stalls, and lets what waited through when it heals", async () => {
  const { socket, state } = await dialAndGreet();
  proxy.stall();
  socket.write("late");
  const other = await dial();
  other.socket.write("new");
  proxy.heal();
  await eventually(() => state.heard === "<hi><late>" && other.state.heard === "<new>");
});

it("drops replies alone, and resets the links that lost some when it heals", async () => {
  const untouched = await dialAndGreet();
  const { socket, state } = await dialAndGreet();
  proxy.dropReplies();
  socket.write("stored");
  await eventually(() => proxy.lostBytes > 0);
  expect(atServer).toContain("stored");
  proxy.heal();
  await eventually(() => state.end === "RST");
  expect(state.heard).toBe("<hi>");
  untouched.socket.write("on");
  await eventually(() => untouched.state.heard === "<hi><on>");
});

it("swallows everything as a black hole", async () => {
  const { socket, state } = await dialAndGreet();
  proxy.blackhole();
  socket.write("gone");
  const other = await dial();
  other.socket.write("gone too");
  await eventually(() => proxy.lostBytes === 12);
  proxy.heal();
  await eventually(() => state.end === "RST");
  expect(atServer).not.toContain("gone");
});

it("resets what is open and refuses what is new", async () => {
  const { state } = await dialAndGreet();
  proxy.refuse();
  await eventually(() => state.end === "RST");
  const refused = connect(proxy.port, "127.0.0.1");
  await once(refused, "error").catch(() => {});
  proxy.heal();
  await dialAndGreet();
});

it("closes one half: the client may still send", async () => {
  const { socket, state } = await dialAndGreet();
  proxy.halfClose();
  await eventually(() => state.end === "FIN");
  socket.write("after");
  await eventually(() => atServer === "hiafter");
  expect(state.heard).toBe("<hi>");
});

it("delays every byte, in order", async () => {
  proxy.delay(60);
  const { socket, state } = await dial();
  const startedAt = performance.now();
  for (const text of ["1", "2", "3"]) socket.write(text);
  await eventually(() => atServer === "123" && state.heard.replaceAll(/[<>]/g, "") === "123");
  expect(performance.now() - startedAt).toBeGreaterThan(110);
});

it("leads new links to another target", async () => {
  const { state } = await dialAndGreet();
  const other = createServer((socket) => socket.on("error", () => {}).end("other")).listen(0, "127.0.0.1");
  await once(other, "listening");
  proxy.pointAt((other.address() as AddressInfo).port);
  const moved = await dial();
  await eventually(() => moved.state.heard === "other");
  expect(state.end).toBe("");
  other.close();
});
