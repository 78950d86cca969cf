import kafkajs, { type CompressionTypes as CompressionType } from "kafkajs";
import type { Compression } from "../../settings/kafka-settings.ts";
import { codecOf } from "../compression.ts";

/** Node.js does not find these among the names that the CommonJS module exports. */
const { CompressionCodecs, CompressionTypes } = kafkajs;

const types: Readonly<Record<Compression, CompressionType>> = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD,
};

/** kafkajs's name of a compression, which it brings itself (gzip) or can do from now on: its table of codecs is global. */
export function kafkajsCompression(compression: Compression): CompressionType {
  const type = types[compression];
  const codec = codecOf(compression);
  if (codec === null || type === CompressionTypes.None || type === CompressionTypes.GZIP) return type;
  CompressionCodecs[type] = () => ({
    compress: (encoder: { readonly buffer: Buffer }) => codec.compress(encoder.buffer),
    decompress: (records: Buffer) => codec.decompress(records),
  });
  return type;
}
