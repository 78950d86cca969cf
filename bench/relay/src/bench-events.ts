/*
 * What all subjects move: 300 bytes, a key of 1,000, six headers of 30 bytes. The last 8 bytes of the payload are the
 * event's number, from 0, by which the topic is checked.
 */

export const KEYS = 1_000;
export const PAYLOAD_BYTES = 300;
export const HEADERS = 6;
export const HEADER_BYTES = 30;
/** Of topics. */
export const PARTITIONS = 6;

/** SQL: the payload of the event whose number is `number`, another SQL expression of type bigint. */
export function payloadSql(number: string): string {
  return `decode(repeat('5a', ${PAYLOAD_BYTES - 8}), 'hex') || int8send(${number})`;
}

/** SQL: the key of the same. Events of one key follow each other in the order of their numbers. */
export function keySql(number: string): string {
  return `'key-' || (${number} % ${KEYS})`;
}
