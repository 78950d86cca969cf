/** A whole number from 1 that an environment variable gives. */
export function numberFrom(variable: string, fallback: number): number {
  const value = Number(process.env[variable] ?? fallback);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`${variable} must be a whole number from 1`);
  return value;
}
