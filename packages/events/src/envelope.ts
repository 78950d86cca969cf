/** What travels with every event, beside its data. On Kafka these are CloudEvents binary-mode headers. */
export interface Envelope {
  /** UUIDv7; the same in every redelivery. Header `ce_id`. */
  readonly id: string;
  /** `domain.entity.action`. Header `ce_type`. */
  readonly type: string;
  /** The version of the schema that wrote the data. Header `ce_version`. */
  readonly version: number;
  /** Who published it, a URI reference such as `/checkout`. Header `ce_source`. */
  readonly source: string;
  /** When it was published, by the publisher's clock. Header `ce_time`, RFC 3339 in UTC. */
  readonly time: Date;
  /** The partition key. Header `ce_subject`, absent when null. */
  readonly subject: string | null;
  /** The same for every event of one chain of cause and effect. Header `ce_correlationid`. */
  readonly correlationId: string;
  /** The id of the event or request that caused this one. Header `ce_causationid`, absent when null. */
  readonly causationId: string | null;
  /** W3C trace context. Header `traceparent`, absent when null. */
  readonly traceparent: string | null;
}
