import type { RecordBox, RecordGraph, RecordLink } from "./record-graph.ts";
import { shorten, textWidth } from "./text-metrics.ts";

/** A record with its place, in pixels. */
export interface PlacedRecord {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly name: string;
  readonly rows: readonly RecordRow[];
}

export interface RecordRow {
  readonly name: string;
  readonly type: string;
  /** Baseline of its text. */
  readonly y: number;
  /** Where the types of the record's rows begin. */
  readonly typeX: number;
}

/** A link as a path of SVG. */
export interface PlacedLink {
  readonly path: string;
}

export interface RecordLayout {
  readonly width: number;
  readonly height: number;
  readonly records: readonly PlacedRecord[];
  readonly links: readonly PlacedLink[];
}

export const headHeight = 32;
const rowHeight = 22;
const gapX = 72;
const gapY = 24;
const padding = 14;
const columnGap = 20;
/** Room at the right for links that lead back. */
const loopRoom = 28;

/** A column for each depth; records of one depth stand one above the other. */
export function layOutRecords({ records, links }: RecordGraph): RecordLayout {
  const depths = [...new Set(records.map(({ depth }) => depth))];
  const placed = new Map<RecordBox, PlacedRecord>();
  let [x, height] = [0, 0];
  for (const depth of depths) {
    const column = records.filter((record) => record.depth === depth).map(measure);
    const width = Math.max(...column.map((record) => record.width));
    let y = 0;
    for (const { box, rows, typeOffset } of column) {
      placed.set(box, place(box, rows, { x, y, width, typeX: x + typeOffset }));
      y += headHeight + rows.length * rowHeight + 8 + gapY;
    }
    height = Math.max(height, y - gapY);
    x += width + gapX;
  }
  const boxes = records.flatMap((record) => placed.get(record) ?? []);
  return {
    width: x - gapX + (links.some((link) => leadsBack(link, boxes)) ? loopRoom : 0),
    height,
    records: boxes,
    links: links.flatMap((link) => placeLink(link, boxes)),
  };
}

interface Measured {
  readonly box: RecordBox;
  readonly rows: readonly { readonly name: string; readonly type: string }[];
  readonly typeOffset: number;
  readonly width: number;
}

function measure(box: RecordBox): Measured {
  const more = box.omitted === 0 ? [] : [{ name: `and ${box.omitted} more`, type: "" }];
  const rows = [...box.fields, ...more].map(({ name, type }) => ({ name: shorten(name, 28), type: shorten(type, 34) }));
  const nameWidth = Math.max(0, ...rows.map(({ name }) => textWidth(name)));
  const typeWidth = Math.max(0, ...rows.map(({ type }) => textWidth(type)));
  const typeOffset = padding + nameWidth + columnGap;
  return { box, rows, typeOffset, width: Math.max(typeOffset + typeWidth, padding + textWidth(box.name)) + padding };
}

function place(
  box: RecordBox,
  rows: Measured["rows"],
  at: { readonly x: number; readonly y: number; readonly width: number; readonly typeX: number },
): PlacedRecord {
  return {
    x: at.x,
    y: at.y,
    width: at.width,
    height: headHeight + rows.length * rowHeight + 8,
    name: shorten(box.name, 48),
    rows: rows.map((row, index) => ({ ...row, y: at.y + headHeight + index * rowHeight + 18, typeX: at.typeX })),
  };
}

function leadsBack({ from, to }: RecordLink, boxes: readonly PlacedRecord[]): boolean {
  return (boxes[to]?.x ?? 0) <= (boxes[from]?.x ?? 0);
}

function placeLink(link: RecordLink, boxes: readonly PlacedRecord[]): readonly PlacedLink[] {
  const [from, to] = [boxes[link.from], boxes[link.to]];
  if (from === undefined || to === undefined) return [];
  const [x1, y1] = [from.x + from.width, (from.rows[link.field]?.y ?? from.y + headHeight / 2 + 5) - 5];
  const y2 = to.y + headHeight / 2;
  if (leadsBack(link, boxes)) {
    const [end, turn] = [to.x + to.width + 2, Math.max(x1, to.x + to.width) + loopRoom];
    return [{ path: `M${x1} ${y1}C${turn} ${y1} ${turn} ${y2} ${end} ${y2}` }];
  }
  const middle = (x1 + to.x) / 2;
  return [{ path: `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${to.x - 2} ${y2}` }];
}
