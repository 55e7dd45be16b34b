/** Tiles into days, days into rows that fill the width: sizes are known before a picture is. */

import type { Tile } from "../api/types";

export const HEADING_HEIGHT = 68;
export const GAP = 6;
const DAY_SPACE = 26;
const WIDEST = 2.6;
const NARROWEST = 0.56;
const UNKNOWN = 1.5;
const LOOSEST = 1.35;

export interface Cell {
  tile: Tile;
  index: number;
  x: number;
  width: number;
}

export interface Row {
  kind: "row";
  section: number;
  top: number;
  /** With the space below it. */
  height: number;
  tall: number;
  cells: Cell[];
}

export interface Heading {
  kind: "heading";
  section: number;
  top: number;
  height: number;
}

export interface Section {
  day: string;
  top: number;
  height: number;
  count: number;
}

export interface Layout {
  lines: (Row | Heading)[];
  sections: Section[];
  height: number;
  lineOf: Int32Array;
}

export function aspectOf({ state, width, height, thumbnail }: Tile): number {
  if (state === "REJECTED") return UNKNOWN; // there are words to show, whatever shape the picture would have
  const size = width && height ? { width, height } : thumbnail;
  const ratio = size ? size.width / size.height : UNKNOWN;
  return Math.min(WIDEST, Math.max(NARROWEST, ratio));
}

const uploadDays = new WeakMap<Tile, string>();

/** The day of upload here, where the page is looked at; reckoned once for each tile. */
function uploadDay(tile: Tile): string {
  const known = uploadDays.get(tile);
  if (known) return known;
  const at = new Date(tile.uploaded_at);
  const day = [at.getFullYear(), at.getMonth() + 1, at.getDate()]
    .map((part) => String(part).padStart(2, "0"))
    .join("-");
  uploadDays.set(tile, day);
  return day;
}

export function dayOf(tile: Tile, byTaken: boolean): string {
  if (byTaken && tile.taken_at) return tile.taken_at.slice(0, 10); // the camera's own clock, whose zone nobody knows
  return uploadDay(tile);
}

export function groupByDay(tiles: Tile[], byTaken: boolean): { day: string; tiles: Tile[] }[] {
  const groups: { day: string; tiles: Tile[] }[] = [];
  for (const tile of tiles) {
    const day = dayOf(tile, byTaken);
    const last = groups.at(-1);
    if (last?.day === day) last.tiles.push(tile);
    else groups.push({ day, tiles: [tile] });
  }
  return groups;
}

export function layOut(tiles: Tile[], width: number, target: number, byTaken: boolean): Layout {
  const layout: Layout = { lines: [], sections: [], height: 0, lineOf: new Int32Array(tiles.length) };
  let index = 0;
  for (const { day, tiles: ofDay } of groupByDay(tiles, byTaken)) {
    addSection(layout, day, ofDay, index, width, target);
    index += ofDay.length;
  }
  return layout;
}

function addSection(
  layout: Layout, day: string, tiles: Tile[], first: number, width: number, target: number,
): void {
  const section = layout.sections.length;
  const top = layout.height;
  layout.lines.push({ kind: "heading", section, top, height: HEADING_HEIGHT });
  let y = top + HEADING_HEIGHT;
  let index = first;
  for (const row of rowsOf(tiles, width, target)) {
    const cells = place(row.tiles, row.height, index, width, row.full);
    for (const cell of cells) layout.lineOf[cell.index] = layout.lines.length;
    const height = row.height + (index + cells.length === first + tiles.length ? DAY_SPACE : GAP);
    layout.lines.push({ kind: "row", section, top: y, height, tall: row.height, cells });
    y += height;
    index += cells.length;
  }
  layout.height = y;
  layout.sections.push({ day, top, height: layout.height - top, count: tiles.length });
}

interface Raw {
  tiles: Tile[];
  height: number;
  full: boolean;
}

function rowsOf(tiles: Tile[], width: number, target: number): Raw[] {
  const rows: Raw[] = [];
  let row: Tile[] = [];
  let aspects = 0;
  const fitting = (): number => (width - GAP * (row.length - 1)) / aspects;
  for (const tile of tiles) {
    row.push(tile);
    aspects += aspectOf(tile);
    if (fitting() > target) continue;
    rows.push({ tiles: row, height: Math.round(fitting()), full: true });
    [row, aspects] = [[], 0];
  }
  if (row.length) rows.push(lastRow(row, fitting(), target));
  return rows;
}

/** The last row of a day is stretched only if it almost fills the width. */
function lastRow(tiles: Tile[], fitting: number, target: number): Raw {
  const full = fitting <= target * LOOSEST;
  return { tiles, height: Math.round(full ? fitting : target), full };
}

function place(tiles: Tile[], height: number, first: number, width: number, full: boolean): Cell[] {
  let x = 0;
  return tiles.map((tile, at) => {
    const last = full && at === tiles.length - 1;
    const own = last ? width - x : Math.min(Math.round(aspectOf(tile) * height), width);
    const cell = { tile, index: first + at, x, width: own };
    x += own + GAP;
    return cell;
  });
}

export type Direction = "left" | "right" | "up" | "down" | "home" | "end";

/** Which tile an arrow leads to from a tile: above and below, the one whose middle is nearest to `x`. */
export function neighbour(layout: Layout, index: number, direction: Direction, x = middleOf(layout, index)): number {
  const count = layout.lineOf.length;
  if (direction === "left") return Math.max(0, index - 1);
  if (direction === "right") return Math.min(count - 1, index + 1);
  if (direction === "home") return 0;
  if (direction === "end") return count - 1;
  return vertical(layout, index, direction === "up" ? -1 : 1, x);
}

export function middleOf(layout: Layout, index: number): number {
  const row = layout.lines[layout.lineOf[index] ?? 0];
  const cell = row?.kind === "row" && row.cells.find((one) => one.index === index);
  return cell ? cell.x + cell.width / 2 : 0;
}

function vertical(layout: Layout, index: number, step: 1 | -1, x: number): number {
  for (let at = (layout.lineOf[index] ?? 0) + step; at >= 0 && at < layout.lines.length; at += step) {
    const row = layout.lines[at] as Row | Heading;
    if (row.kind === "row") return nearest(row, x);
  }
  return index;
}

function nearest(row: Row, x: number): number {
  const far = (cell: Cell): number => Math.abs(cell.x + cell.width / 2 - x);
  return row.cells.reduce((best, cell) => (far(cell) < far(best) ? cell : best)).index;
}
