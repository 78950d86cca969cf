/** How deep records may nest in themselves, so that no message can exhaust the stack of who reads it. */
export const MAX_NESTING = 1_000;

/**
 * How many items that take no bytes (nulls, empty records) the arrays of one event may hold together. Without it a
 * message of ten bytes could ask for 2^31 of them.
 */
export const MAX_ZERO_WIDTH_ITEMS = 65_536;
