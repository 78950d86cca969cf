export {
  type ApacheParse,
  type ApacheReason,
  type ApacheVerdict,
  apacheParses,
  apacheVerdicts,
  type SchemaPair,
  whyNoApache,
} from "./apache-avro.ts";
