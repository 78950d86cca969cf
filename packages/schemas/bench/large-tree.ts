import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Writes a tree in which every version of an event adds a field, so that all are compatible with all. */
export function writeLargeTree(root: string, eventCount: number, versionCount: number): void {
  mkdirSync(root, { recursive: true });
  writeFileSync(join(root, "schemas.config.json"), JSON.stringify({ mode: "FULL_TRANSITIVE" }));
  for (let event = 0; event < eventCount; event++) {
    const domain = `domain${event % 20}`;
    const folder = join(root, domain, `thing${event}.placed`);
    mkdirSync(folder, { recursive: true });
    for (let version = 1; version <= versionCount; version++) {
      const schema = recordOf(`${domain}.thing${event}`, `Thing${event}Placed`, version);
      writeFileSync(join(folder, `v${version}.avsc`), `${JSON.stringify(schema, null, 2)}\n`);
    }
  }
}

/** A record as orders have it: a key, a time, an enum, an amount, lines, and a field that came with each version. */
function recordOf(namespace: string, name: string, version: number): object {
  const added = Array.from({ length: version - 1 }, (_, index) => ({
    name: `added${index + 2}`,
    type: ["null", "string"],
    default: null,
    doc: `Came with version ${index + 2}.`,
  }));
  return {
    type: "record",
    namespace,
    name,
    doc: "An order was placed.",
    fields: [
      { name: "orderId", type: { type: "string", logicalType: "uuid" }, "waybill.key": true, doc: "The order." },
      { name: "placedAt", type: { type: "long", logicalType: "timestamp-millis" }, doc: "When it was placed." },
      {
        name: "channel",
        type: { type: "enum", name: "Channel", symbols: ["UNKNOWN", "WEB", "SHOP"], default: "UNKNOWN" },
        doc: "Where it was placed.",
      },
      { name: "total", type: { type: "bytes", logicalType: "decimal", precision: 12, scale: 2 }, doc: "In all." },
      { name: "lines", type: { type: "array", items: lineRecord }, doc: "What was ordered." },
      ...added,
    ],
  };
}

const lineRecord = {
  type: "record",
  name: "Line",
  fields: [
    { name: "sku", type: "string", doc: "The article." },
    { name: "quantity", type: "int", doc: "How many." },
    { name: "price", type: { type: "bytes", logicalType: "decimal", precision: 12, scale: 2 }, doc: "Of one." },
  ],
};
