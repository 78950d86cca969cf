/**
 * How deep records may nest in themselves, so that no message can exhaust the stack of who reads it. A level takes up
 * to 1 kB of it before V8 has optimised the interpreter's functions, of the 984 kB that Node gives by default.
 */
export const MAX_NESTING = 200;

/**
 * How many items that take no bytes (nulls, empty records) the arrays of one event may hold together. Without it a
 * message of ten bytes could ask for 2^31 of them.
 */
export const MAX_ZERO_WIDTH_ITEMS = 65_536;
