export { type ApacheVerdict, apacheVerdicts, whyNoApache } from "./apache-avro.ts";
