import type { EventEntry } from "../catalogue/catalogue.ts";
import { constantNameOf, typeNameOf } from "../generate/names.ts";
import { literalOf } from "../generate/value-literal.ts";

/** Lines that a value may take in a snippet. */
const maxLines = 60;

/** TypeScript that publishes an event: a sample as its data, or only a name for it when there is none or it is long. */
export function publishSnippet({ name, importPath }: EventEntry, sample: object | null): string {
  const constant = constantNameOf(name);
  const written = sample === null ? null : literalOf(sample, "  ");
  const data = written === null || written.split("\n").length > maxLines ? "data" : written;
  return [
    ...(data.includes("new Decimal(") ? ['import { Decimal } from "@waybill/events";'] : []),
    'import { publish } from "@waybill/outbox";',
    `import { ${constant} } from ${JSON.stringify(importPath)};`,
    "",
    "await prisma.$transaction(async (tx) => {",
    "  // … the rows that this event tells of",
    `  await publish(tx, ${constant}, ${data});`,
    "});",
    "",
  ].join("\n");
}

/** TypeScript that handles an event, with the upcasters that earlier generations ask for. */
export function handleSnippet(event: EventEntry): string {
  const { name, importPath, generations, newest } = event;
  const constant = constantNameOf(name);
  const type = typeNameOf(name);
  const earlier = generations.slice(0, -1).flatMap(({ versions }) => versions.at(-1)?.version ?? []);
  const upcasters = earlier.map((version) => {
    const comment = `${type}V${version} to ${type}V${newest.version}: yours to write`;
    return `      ${version}: (data) => upcastV${version}(data), // ${comment}`;
  });
  const options = upcasters.length === 0 ? [] : ["  {", "    upcast: {", ...upcasters, "    },", "  },"];
  const handler = [
    "async ({ data }, { tx }) => {",
    `  // data is ${type}V${newest.version}, whichever version was written`,
    "}",
  ];
  const call =
    options.length === 0
      ? [`consumer.on(${constant}, ${handler[0]}`, handler[1] ?? "", "});"]
      : ["consumer.on(", `  ${constant},`, ...options, ...handler.map((line) => `  ${line}`), ");"];
  return [
    'import { createConsumer } from "@waybill/consumer";',
    `import { ${constant} } from ${JSON.stringify(importPath)};`,
    "",
    'const consumer = createConsumer({ groupId: "my-service", brokers, registryUrl, prisma });',
    "",
    ...call,
    "",
    "await consumer.start();",
    "",
  ].join("\n");
}
