import { formatCount, formatRate, formatSpan } from "../human-units.ts";
import { textTable } from "../text-table.ts";
import type { StatusReport } from "./status-report.ts";

/** The report for people. */
export function statusText(report: StatusReport): string {
  const sections = [
    [`${report.state}: ${report.summary}`, ...ratesLines(report)],
    topicLines(report),
    parkedLines(report),
    groupLines(report),
    instanceLines(report),
    report.unknown.map((line) => `unknown: ${line}`),
  ];
  const heading = `${report.database} at ${report.at}`;
  return `${[[heading], ...sections.filter((lines) => lines.length > 0)].map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function ratesLines({ rates, drainedInMs }: StatusReport): string[] {
  if (rates === null) return [];
  const about = rates.isExact ? "" : "about ";
  const drained = drainedInMs === null ? "" : `; drained in about ${formatSpan(drainedInMs)}`;
  return [
    `written ${about}${formatRate(rates.writtenPerSecond)}, published ${about}${formatRate(rates.publishedPerSecond)} ` +
      `(over ${formatSpan(rates.overMs)})${drained}`,
  ];
}

function topicLines({ backlog }: StatusReport): string[] {
  if (backlog.topics.length === 0) return [];
  return textTable(
    [{ title: "TOPIC" }, { title: "PENDING", align: "right" }, { title: "OLDEST", align: "right" }],
    backlog.topics.map(({ topic, events, oldestAgeMs }) => [
      topic,
      `${backlog.isExact ? "" : "first "}${formatCount(events)}`,
      formatSpan(oldestAgeMs),
    ]),
  );
}

function parkedLines({ parked }: StatusReport): string[] {
  if (parked === null || parked.length === 0) return [];
  return [
    ...textTable(
      [
        { title: "TOPIC" },
        { title: "PARKED", align: "right" },
        { title: "OLDEST", align: "right" },
        { title: "REASON" },
      ],
      parked.map(({ topic, events, oldestAgeMs, reason }) => [
        topic,
        formatCount(events),
        formatSpan(oldestAgeMs),
        reason,
      ]),
    ),
    "`outbox-relay dead-letters list` shows them.",
  ];
}

function groupLines({ groups }: StatusReport): string[] {
  return textTable(
    [
      { title: "GROUP", align: "right" },
      { title: "SHARDS" },
      { title: "EPOCH", align: "right" },
      { title: "LEASE" },
      { title: "SAVED" },
      { title: "HOLDER" },
    ],
    groups.map(({ group, shards, epoch, leaseLeftMs, savedAgeMs, holder }) => [
      String(group),
      shards,
      String(epoch),
      leaseLeftMs === null ? "-" : leaseText(leaseLeftMs),
      savedAgeMs === null ? "never" : `${formatSpan(savedAgeMs)} ago`,
      holder ?? "nobody",
    ]),
  );
}

function leaseText(leftMs: number): string {
  return leftMs > 0 ? `${formatSpan(leftMs)} left` : `ran out ${formatSpan(-leftMs)} ago`;
}

function instanceLines({ instances }: StatusReport): string[] {
  if (instances === null || instances.length === 0) return [];
  return textTable(
    [
      { title: "INSTANCE" },
      { title: "HOST" },
      { title: "PID", align: "right" },
      { title: "VERSION" },
      { title: "GROUPS", align: "right" },
      { title: "UP", align: "right" },
      { title: "SEEN", align: "right" },
    ],
    instances.map(({ id, name, host, pid, version, groups, upMs, seenAgeMs, isLiving }) => [
      name ?? id,
      host ?? "-",
      pid === null ? "-" : String(pid),
      version ?? "-",
      String(groups),
      upMs === null ? "-" : formatSpan(upMs),
      `${seenAgeMs === null ? "-" : `${formatSpan(seenAgeMs)} ago`}${isLiving === false ? " (gone)" : ""}`,
    ]),
  );
}
