/** Rows as files to take along. */

import type { Counts, Day } from "../api/types";

const DAY_MS = 86_400_000;

export type Cell = string | number;

export interface Table {
  name: string;
  columns: string[];
  rows: Cell[][];
}

export function csvOf({ columns, rows }: Table): string {
  return [columns, ...rows].map((row) => row.map(quoted).join(",")).join("\r\n") + "\r\n";
}

/** A spreadsheet would run what begins like a formula: a quote keeps it text. */
function quoted(cell: Cell): string {
  if (typeof cell === "number") return String(cell);
  const harmless = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

export function save(name: string, type: string, content: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** The days from the first to the last, those of which nothing is told included. */
export function everyDay(first: string, last: string, told: Day[]): Day[] {
  const known = new Map(told.map((one) => [one.day, one]));
  const count = Math.round((Date.parse(last) - Date.parse(first)) / DAY_MS) + 1;
  return Array.from({ length: count }, (_, at) => {
    const day = new Date(Date.parse(first) + at * DAY_MS).toISOString().slice(0, 10);
    return known.get(day) ?? { day, objects: 0, bytes: 0, rejected: 0 };
  });
}

/** Objects and bytes by kind. */
export const counted = (name: string, columns: string[], of: Record<string, Counts> = {}): Table => ({
  name,
  columns,
  rows: Object.entries(of).map(([kind, { objects, bytes }]) => [kind, objects, bytes]),
});
