export { type ApacheParse, type ApacheVerdict, apacheParses, apacheVerdicts, whyNoApache } from "./apache-avro.ts";
