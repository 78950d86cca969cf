import type { DeadLetterTotals, ListedDeadLetter } from "../../sql/dead-letter-requests.ts";
import { remedyOf, isProblemReason } from "../../publishing/send-verdict.ts";
import { formatCount, formatSpan } from "../human-units.ts";
import { textTable } from "../text-table.ts";

const MAX_KEY = 40;

/** `dead-letters list` for people. @param nowMs by the database's clock */
export function listText(letters: readonly ListedDeadLetter[], totals: DeadLetterTotals, nowMs: number): string {
  if (totals.parked + totals.behind === 0) return "no dead letters\n";
  const table = textTable(
    [
      { title: "ROW", align: "right" },
      { title: "PARKED" },
      { title: "TOPIC" },
      { title: "KEY" },
      { title: "REASON" },
      { title: "TRIED", align: "right" },
      { title: "BEHIND", align: "right" },
      { title: "ASKED" },
    ],
    letters.map((letter) => [
      String(letter.rowId),
      `${formatSpan(nowMs - letter.parkedAt.getTime())} ago`,
      letter.topic,
      shortKey(letter.key),
      letter.reason ?? "behind an earlier one",
      letter.state === "parked" ? String(letter.attempts) : "",
      letter.behind === 0 ? "" : formatCount(letter.behind),
      letter.asked ?? "",
    ]),
  );
  const more = totals.parked - letters.filter(({ state }) => state === "parked").length;
  return `${[
    ...table,
    ...(more > 0 ? [`… and ${formatCount(more)} more: --limit shows them`] : []),
    "",
    `${totalsText(totals)}.`,
    ...remedies(letters),
  ].join("\n")}\n`;
}

/** `3 parked, 120 only behind others` */
export function totalsText({ parked, behind }: DeadLetterTotals): string {
  return `${formatCount(parked)} parked, ${formatCount(behind)} only behind others`;
}

/** What a person can do about each reason and topic that is shown. */
function remedies(letters: readonly ListedDeadLetter[]): string[] {
  const lines = letters.flatMap(({ reason, topic }) =>
    reason !== null && isProblemReason(reason) ? [`${reason}: ${remedyOf(reason, topic)}`] : [],
  );
  return [...new Set(lines)];
}

function shortKey(key: string | null): string {
  if (key === null) return "none";
  const printable = JSON.stringify(key).slice(1, -1);
  return printable.length > MAX_KEY ? `${printable.slice(0, MAX_KEY - 1)}…` : printable;
}
