import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { startServiceProcess } from "@waybill/sandbox/service-process";
import { HEADER_BYTES, HEADERS, KEYS, PAYLOAD_BYTES } from "./bench-events.ts";
import type { Rig } from "./rig.ts";
import type { Subject } from "./subject.ts";

const javaProducer = fileURLToPath(new URL("../java/BareProducer.java", import.meta.url));
const wireProducer = fileURLToPath(new URL("../../../packages/relay/bench/publishers.ts", import.meta.url));

/** Apache's producer: what a relay without a database would be. */
export const javaProducerSubject = producer("java-producer", "Apache's Java producer, from memory", (rig) => ({
  command: "java",
  args: ["-Xmx512m", "-cp", join(rig.jars, "*"), javaProducer],
}));

/** Our own publisher alone. */
export const wireProducerSubject = producer("wire-producer", "wire publisher alone, from memory", () => ({
  command: process.execPath,
  args: ["--conditions=@waybill/source", wireProducer],
}));

function producer(
  name: string,
  title: string,
  commandOf: (rig: Rig) => { readonly command: string; readonly args: readonly string[] },
): Subject {
  return {
    name,
    title,
    table: null,
    async start(rig, { topic, events }) {
      const warmUpTopic = `${topic}-warm-up`;
      await rig.createTopic(warmUpTopic);
      const { command, args } = commandOf(rig);
      const shape = [KEYS, PAYLOAD_BYTES, HEADERS, HEADER_BYTES].map(String);
      return startServiceProcess({
        name: title,
        command,
        args: [...args, rig.broker, topic, warmUpTopic, String(events), ...shape],
        ready: { line: "ready" },
      });
    },
  };
}
