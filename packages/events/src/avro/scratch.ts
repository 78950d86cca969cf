const memory = new ArrayBuffer(8);

/**
 * Eight bytes seen as different types: a bigint is taken apart into two halves without an allocation. Nothing is kept
 * here between two statements.
 */
export const scratchLongs: BigInt64Array = new BigInt64Array(memory);
export const scratchHalves: Int32Array = new Int32Array(memory);
export const scratchDoubles: Float64Array = new Float64Array(memory);
export const scratchFloats: Float32Array = new Float32Array(memory);
export const scratchOctets: Uint8Array = new Uint8Array(memory);

/** Which of the halves is the lower one depends on the machine; 0 where it is little-endian. */
export const LOW: 0 | 1 = new Uint8Array(Int32Array.of(1).buffer)[0] === 1 ? 0 : 1;
export const HIGH: 0 | 1 = LOW === 0 ? 1 : 0;
