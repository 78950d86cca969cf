export { type ApacheReason, type ApacheVerdict, apacheVerdicts, type SchemaPair, whyNoApache } from "./apache-avro.ts";
