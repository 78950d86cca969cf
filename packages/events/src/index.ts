export type { Branded } from "./branded.ts";
export { createDecoder, recordNameOf } from "./create-decoder.ts";
export { Decimal } from "./decimal.ts";
export { describeEvent, type EventDescription } from "./describe-event.ts";
export type { Envelope } from "./envelope.ts";
export type { DataOf, EarlierGenerations, EventDescriptor, Issue } from "./event-descriptor.ts";
export type { EventPackageManifest, ManifestEvent, ManifestVersion } from "./event-package-manifest.ts";
export { envelopeFromHeaders, envelopeToHeaders } from "./envelope-headers.ts";
export {
  DecodeError,
  type DecodeErrorCode,
  type DecodeErrorOptions,
  EncodeError,
  UpcastError,
  type UpcastErrorCode,
  type UpcastErrorOptions,
} from "./errors.ts";
export { decodeRecordHeaders, encodeRecordHeaders } from "./record-headers.ts";
export { schemaIdOf } from "./schema-id.ts";
export { formatTraceparent, parseTraceparent, type TraceParent } from "./traceparent.ts";
export { createUpcaster, type EventOfAnyGeneration, type Upcast, type Upcaster, type Upcasters } from "./upcast.ts";
export { type Frame, frame, parseFrame } from "./wire-format.ts";
