import avsc from "avsc";

/** How avsc writes a schema's values: longs as bigint, unions wrapped, no logical types. */
export function createOracle(schemaText: string): (reference: unknown) => Buffer {
  const type = referenceType(schemaText);
  return (reference) => type.toBuffer(reference);
}

/** How avsc reads what another schema wrote. @throws Error when it finds that the schemas do not resolve */
export function createResolvingOracle(writerText: string, readerText: string): (bytes: Buffer) => unknown {
  const reader = referenceType(readerText);
  const resolver = reader.createResolver(referenceType(writerText));
  return (bytes) => reader.fromBuffer(bytes, resolver);
}

function referenceType(schemaText: string): avsc.Type {
  const long = bigintLong();
  return avsc.Type.forSchema(JSON.parse(schemaText) as avsc.Schema, {
    wrapUnions: "always",
    typeHook: (schema) => (isLong(schema) ? long : undefined),
  });
}

function isLong(schema: unknown): boolean {
  return (
    schema === "long" || (typeof schema === "object" && schema !== null && "type" in schema && schema.type === "long")
  );
}

function bigintLong(): avsc.Type {
  return avsc.types.LongType.__with({
    fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
    toBuffer: (value: bigint) => {
      const buffer = Buffer.alloc(8);
      buffer.writeBigInt64LE(value);
      return buffer;
    },
    fromJSON: BigInt,
    toJSON: Number,
    isValid: (value: unknown) => typeof value === "bigint",
    compare: (left: bigint, right: bigint) => (left === right ? 0 : left < right ? -1 : 1),
  });
}
