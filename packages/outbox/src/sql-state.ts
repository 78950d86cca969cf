/**
 * PostgreSQL's SQLSTATE of an error, null when it has none. Prisma wraps the driver's error: in the P2010 of a raw
 * query the code stands in `meta.driverAdapterError.cause.originalCode` (7.10); `pg` has it as `code`.
 */
export function sqlStateOf(error: unknown): string | null {
  const meta = property(error, "meta");
  const wrapped = property(property(property(meta, "driverAdapterError"), "cause"), "originalCode");
  const code = wrapped ?? property(error, "code");
  return typeof code === "string" && SQLSTATE.test(code) ? code : null;
}

/** Five of digits and capitals. Prisma's own codes (P2010) have that form too, but no SQLSTATE class begins with P2. */
const SQLSTATE = /^(?!P2)[0-9A-Z]{5}$/;

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
