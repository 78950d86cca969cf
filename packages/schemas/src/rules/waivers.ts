import type { Finding } from "../finding.ts";
import type { Waiver } from "../waiver.ts";

/** What decides which waivers hold and which could have been used. */
export interface WaiverCircumstances {
  readonly now: Date;
  /** Whether a baseline was compared with. Without one a removed version may have left no trace but its waiver. */
  readonly hasBaseline: boolean;
}

/** Turns waived breaks into notes that say so, and adds what there is to say of the waivers themselves. */
export function applyWaivers(
  findings: readonly Finding[],
  waivers: readonly Waiver[],
  { now, hasBaseline }: WaiverCircumstances,
): readonly Finding[] {
  if (waivers.length === 0) return findings;
  const today = now.toISOString().slice(0, 10);
  const isExpired = (waiver: Waiver) => waiver.expires < today;
  const holding = waivers.filter((waiver) => !isExpired(waiver));
  const result = findings.map((finding) => {
    const waiver = holding.find((candidate) => covers(candidate, finding));
    return waiver === undefined ? finding : waive(finding, waiver);
  });
  const unused = holding.filter(
    (waiver) => canTell(waiver, hasBaseline) && !findings.some((finding) => covers(waiver, finding)),
  );
  return [
    ...result,
    ...waivers.filter(isExpired).map((waiver) => expiredWaiver(waiver)),
    ...unused.map((waiver) => unusedWaiver(waiver, findings)),
  ];
}

function covers(waiver: Waiver, { rule, about }: Finding): boolean {
  return (
    waiver.rule === rule &&
    waiver.event === about?.event &&
    waiver.version === about.version &&
    waiver.field === (about.field ?? null)
  );
}

function waive(finding: Finding, { reason, owner, expires }: Waiver): Finding {
  return { ...finding, severity: "note", waived: { reason, owner, expires } };
}

function canTell({ rule }: Waiver, hasBaseline: boolean): boolean {
  return hasBaseline || (rule !== "released-edited" && rule !== "released-removed");
}

function expiredWaiver(waiver: Waiver): Finding {
  return {
    ...waiver.at,
    rule: "waiver-expired",
    severity: "error",
    message: `the waiver of ${describe(waiver)} expired on ${waiver.expires}`,
    help: `mend the break and remove the waiver, or agree on a later date with ${waiver.owner}, who gave it because: ${waiver.reason}`,
  };
}

function unusedWaiver(waiver: Waiver, findings: readonly Finding[]): Finding {
  const others = findings
    .filter(({ rule, about }) => rule === waiver.rule && about?.event === waiver.event)
    .map(({ about }) => `v${about?.version}${about?.field === undefined ? "" : ` at ${about.field}`}`);
  const found = others.length === 0 ? "" : `, or correct it: found are ${[...new Set(others)].join(", ")}`;
  return {
    ...waiver.at,
    rule: "waiver-unused",
    severity: "warning",
    message: `nothing is found that the waiver of ${describe(waiver)} would let pass`,
    help: `remove it${found}`,
  };
}

function describe({ rule, event, version, field }: Waiver): string {
  return `${rule} for v${version} of ${event}${field === null ? "" : ` at ${field}`}`;
}
