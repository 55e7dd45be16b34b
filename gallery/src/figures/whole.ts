/** All that a page of figures shows, as one table: `Section` says what a row is of. */

import type { Counts, OwnerTotals, Report, Usage } from "../api/types";
import { type Cell, everyDay, type Table } from "./table";

const COLUMNS = ["Section", "Name", "Pictures", "Bytes", "Refused", "Milliseconds", "Told"];

interface Figures {
  objects?: number;
  bytes?: number;
  rejected?: number;
  milliseconds?: number;
  told?: string;
}

export function wholeReport({ totals, days, refusals, owners, latency, latency_missing, drift, ...span }: Report): Table {
  const quantiles = Object.entries(latency ?? {}).map(([name, milliseconds]) => row("latency", name, { milliseconds }));
  const missing = latency_missing ? [row("latency", "missing", { told: latency_missing })] : [];
  const findings = Object.entries(drift ?? {}).filter(([, value]) => value != null);
  const rows = [
    row("total", `${span.from} to ${span.to}`, totals),
    ...everyDay(span.from, span.to, days).map((day) => row("day", day.day, day)),
    ...Object.entries(refusals).map(([reason, objects]) => row("refusal", reason, { objects })),
    ...kinds("format", totals.by_state.READY),
    ...owners.map((owner) => row("owner", owner.owner, owner)),
    ...(quantiles.length ? quantiles : missing),
    ...findings.map(([name, value]) => row("sweep", name, { told: inShort(value) })),
  ];
  return { name: "report", columns: COLUMNS, rows };
}

export function wholeUsage(usage: Usage, owners: OwnerTotals[]): Table {
  const { thumbnails_bytes, by_state } = usage;
  const rows = [
    row("total", usage.owner, usage),
    ...(thumbnails_bytes == null ? [] : [row("thumbnails", usage.owner, { bytes: thumbnails_bytes })]),
    ...kinds("format", by_state.READY),
    ...kinds("refusal", by_state.REJECTED),
    ...owners.map((owner) => row("owner", owner.owner, owner)),
  ];
  return { name: "usage", columns: COLUMNS, rows };
}

const kinds = (section: string, of: Record<string, Counts> = {}): Cell[][] =>
  Object.entries(of).map(([name, counts]) => row(section, name, counts));

function row(section: string, name: string, { objects, bytes, rejected, milliseconds, told }: Figures): Cell[] {
  return [section, name, objects ?? "", bytes ?? "", rejected ?? "", milliseconds ?? "", told ?? ""];
}

export const inShort = (value: unknown): string => (typeof value === "object" ? JSON.stringify(value) : String(value));
