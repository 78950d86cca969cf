export type { Envelope } from "./envelope.ts";
export type { DataOf, EarlierGenerations, EventDescriptor, Issue } from "./event-descriptor.ts";
