/** What the doctor looks at, one after the other. */
export type CheckArea = "database" | "kafka" | "registry";

export type CheckStatus = "ok" | "warn" | "fail";

/** One finding; `doctor --json` prints a list of these. */
export interface Check {
  readonly area: CheckArea;
  /** Stable, for scripts: `sequence-cache`. Of a topic or schema the subject follows a colon: `topic:orders.order`. */
  readonly id: string;
  readonly status: CheckStatus;
  /** What was found. */
  readonly detail: string;
  /** What to do about it; null when it is well. */
  readonly remedy: string | null;
}

/** Makes the findings of one area. */
export function checksOf(area: CheckArea): {
  readonly ok: (id: string, detail: string) => Check;
  readonly warn: (id: string, detail: string, remedy: string) => Check;
  readonly fail: (id: string, detail: string, remedy: string) => Check;
} {
  return {
    ok: (id, detail) => ({ area, id, status: "ok", detail, remedy: null }),
    warn: (id, detail, remedy) => ({ area, id, status: "warn", detail, remedy }),
    fail: (id, detail, remedy) => ({ area, id, status: "fail", detail, remedy }),
  };
}
