import { expect, it } from "@jest/globals";
import { eventually } from "@waybill/harness";
import { startServiceProcess } from "../src/service-process.ts";

const node = (script: string) => ({ name: "the service", command: process.execPath, args: ["-e", script] });

it("waits for the line that says ready, and hears everything", async () => {
  const heard: string[] = [];
  const service = await startServiceProcess({
    ...node("console.error('loading'); setTimeout(() => console.log('ready now'), 20); setInterval(() => {}, 1e6)"),
    ready: { line: "ready" },
    onLine: (line) => heard.push(line),
  });
  expect(heard).toContain("ready now");
  await eventually(() => heard.includes("loading")); // by another pipe
  expect(heard).toHaveLength(2);
  await service.stop();
  await service.stop();
});

it("tells why a service did not start, with its last lines", async () => {
  const start = startServiceProcess({
    ...node("console.error('the disk is full'); process.exit(3)"),
    ready: { line: "ready" },
  });
  await expect(start).rejects.toMatchObject({
    code: "service-did-not-start",
    message: "the service did not start: it exited with code 3. Its last lines:\n  the disk is full",
  });
});

it("tells when the program is not there", async () => {
  const start = startServiceProcess({ name: "it", command: "/no/such/program", args: [], ready: { line: "ready" } });
  await expect(start).rejects.toMatchObject({
    code: "service-did-not-start",
    message: "it did not start: spawn /no/such/program ENOENT",
  });
});

it("ends a service that is not ready in time", async () => {
  const start = startServiceProcess({
    ...node("console.log('still loading'); setInterval(() => {}, 1e6)"),
    ready: { probe: async () => false },
    readyTimeoutMs: 500,
  });
  await expect(start).rejects.toMatchObject({ code: "service-not-ready" });
});

it("forces a service that does not heed the stop signal", async () => {
  const service = await startServiceProcess({
    ...node("process.on('SIGTERM', () => {}); console.log('ready'); setInterval(() => {}, 1e6)"),
    ready: { line: "ready" },
    stopTimeoutMs: 100,
  });
  await service.stop();
  expect(() => process.kill(service.pid, 0)).toThrow("ESRCH");
});
