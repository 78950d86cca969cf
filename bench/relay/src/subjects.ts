import { debeziumSubject } from "./debezium-subject.ts";
import { javaProducerSubject, wireProducerSubject } from "./producer-subjects.ts";
import { relaySubject } from "./relay-subject.ts";
import type { Subject } from "./subject.ts";

/** All that can be measured, in the order of the table. A relay with other settings is another line here. */
export const subjects: readonly Subject[] = [
  relaySubject("wire", "outbox-relay, wire", ["--driver=wire"]),
  relaySubject("kafkajs", "outbox-relay, kafkajs", ["--driver=kafkajs"]),
  debeziumSubject,
  javaProducerSubject,
  wireProducerSubject,
];
