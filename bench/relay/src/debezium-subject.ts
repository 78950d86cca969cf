import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startServiceProcess } from "@waybill/sandbox/service-process";
import { debeziumServer, javaForDebezium } from "./debezium-install.ts";
import { debeziumHeaders, debeziumOutbox } from "./outbox-tables.ts";
import type { Rig } from "./rig.ts";
import type { Subject } from "./subject.ts";

const SLOT = "bench_debezium";

/**
 * Debezium Server with its outbox event router and binary payload. The slot is made before the rows, so that it streams
 * them, and does not take a snapshot of the table.
 */
export const debeziumSubject: Subject = {
  name: "debezium",
  title: "Debezium Server 3.6.0",
  table: debeziumOutbox,
  async prepare({ client }) {
    await client.query("SELECT pg_create_logical_replication_slot($1, 'pgoutput')", [SLOT]);
  },
  async cleanUp({ client }) {
    await client.query(
      "SELECT pg_terminate_backend(active_pid, 10000) FROM pg_replication_slots WHERE slot_name = $1 AND active",
      [SLOT],
    );
    await client.query("SELECT pg_drop_replication_slot($1)", [SLOT]);
  },
  async start(rig) {
    const server = await debeziumServer(process.env);
    const java = javaForDebezium(process.env);
    const folder = await mkdtemp(join(tmpdir(), "waybill-debezium-"));
    await writeFile(join(folder, "application.properties"), propertiesFile(settings(rig, folder)));
    try {
      return await startServiceProcess({
        name: "Debezium Server",
        command: java,
        args: [
          "--add-opens=java.base/java.lang=ALL-UNNAMED",
          "-cp",
          `${server}/*:${folder}:${server}/lib/*`,
          "io.debezium.server.Main",
        ],
        cwd: folder,
        ready: { line: "Processing messages" },
        readyTimeoutMs: 60_000,
        temporaryFolder: folder,
      });
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  },
};

/** As quick as it goes by its own settings; its defaults poll every 500 ms. */
function settings({ postgres, broker }: Rig, folder: string): Readonly<Record<string, string | number | boolean>> {
  const database = new URL(postgres.url);
  return {
    "debezium.source.connector.class": "io.debezium.connector.postgresql.PostgresConnector",
    "debezium.source.database.hostname": database.hostname,
    "debezium.source.database.port": database.port,
    "debezium.source.database.user": database.username,
    "debezium.source.database.password": database.password,
    "debezium.source.database.dbname": database.pathname.slice(1),
    "debezium.source.topic.prefix": "bench",
    "debezium.source.plugin.name": "pgoutput",
    "debezium.source.slot.name": SLOT,
    "debezium.source.publication.name": "bench",
    "debezium.source.publication.autocreate.mode": "disabled",
    "debezium.source.table.include.list": debeziumOutbox.name,
    "debezium.source.snapshot.mode": "no_data",
    "debezium.source.tombstones.on.delete": false,
    "debezium.source.poll.interval.ms": 1,
    "debezium.source.offset.storage": "org.apache.kafka.connect.storage.FileOffsetBackingStore",
    "debezium.source.offset.storage.file.filename": join(folder, "offsets.dat"),
    "debezium.source.offset.flush.interval.ms": 1_000,
    "debezium.transforms": "outbox",
    "debezium.transforms.outbox.type": "io.debezium.transforms.outbox.EventRouter",
    "debezium.transforms.outbox.table.fields.additional.placement": debeziumHeaders,
    "debezium.format.key": "simplestring",
    "debezium.format.value": "binary",
    "debezium.format.header": "json",
    "debezium.format.header.schemas.enable": false, // else each header carries a JSON schema
    "debezium.sink.type": "kafka",
    "debezium.sink.kafka.producer.bootstrap.servers": broker,
    "debezium.sink.kafka.producer.key.serializer": "org.apache.kafka.common.serialization.StringSerializer",
    "debezium.sink.kafka.producer.value.serializer": "org.apache.kafka.common.serialization.ByteArraySerializer",
    "debezium.sink.kafka.producer.acks": "all",
    "debezium.sink.kafka.producer.linger.ms": 0,
    "quarkus.http.port": 0,
    "quarkus.log.console.json": false,
  };
}

function propertiesFile(settings: Readonly<Record<string, string | number | boolean>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}
