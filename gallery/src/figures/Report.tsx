/** The report: uploads per day, refusals, how fast, and whether all agrees. */

import { useMemo, useState } from "preact/hooks";
import type { Report as ReportOf } from "../api/types";
import { useRoom } from "../parts/context";
import { Trouble } from "../parts/Trouble";
import { useLoaded } from "../parts/useLoaded";
import { bytesInWords, milliseconds, number, plural, reasonInShort, sentence } from "../state/words";
import { Bars } from "./Bars";
import { DaysChart } from "./DaysChart";
import { Big, Figure, Take } from "./Figure";
import { Formats, Owners } from "./Shares";
import { everyDay, type Table } from "./table";
import { inShort, wholeReport } from "./whole";

const SPANS = { 7: "7 days", 30: "30 days", 90: "90 days", 365: "A year" };

export function Report() {
  const { api } = useRoom();
  const [days, setDays] = useState(30);
  const { value, problem, reload } = useLoaded<ReportOf>(() => api.report(dayAgo(days - 1), dayAgo(0)), [days]);
  return (
    <div class="figures">
      <header class="title">
        <h2>All owners</h2>
        <Span days={days} choose={setDays} />
        {value && <Take whole={wholeReport(value)} json={value} />}
      </header>
      {problem && <Trouble words={problem} again={reload} />}
      {value ? <Found report={value} /> : !problem && <div class="figure waiting" role="status" aria-label="Loading" />}
    </div>
  );
}

function Span({ days, choose }: { days: number; choose: (days: number) => void }) {
  return (
    <label>
      <span class="hidden">Days</span>
      <select name="days" value={days} onChange={(event) => choose(Number(event.currentTarget.value))}>
        {Object.entries(SPANS).map(([count, words]) => <option key={count} value={count}>{words}</option>)}
      </select>
    </label>
  );
}

function Found({ report }: { report: ReportOf }) {
  const { totals } = report;
  const days = useMemo(() => everyDay(report.from, report.to, report.days), [report]);
  const table: Table = {
    name: "days",
    columns: ["Day", "Uploads", "Bytes", "Refused"],
    rows: days.map(({ day, objects, bytes, rejected }) => [day, objects, bytes, rejected]),
  };
  return (
    <>
      <dl class="bigs">
        <Big value={number(totals.objects)} label="pictures" />
        <Big value={bytesInWords(totals.bytes)} label="stored" />
        <Big value={number(totals.rejected)} label="refused" />
      </dl>
      <Figure title="Uploads per day" table={table}><DaysChart days={days} /></Figure>
      <Refusals report={report} />
      <Latency report={report} />
      <Formats by_state={totals.by_state} />
      <Owners owners={report.owners} more={Boolean(report.owners_cursor)} />
      <Drift drift={report.drift} />
    </>
  );
}

function Refusals({ report }: { report: ReportOf }) {
  const rows = Object.entries(report.refusals ?? {});
  const table: Table = { name: "refusals", columns: ["Reason", "Files"], rows };
  const bars = rows.map(([reason, count]) => ({
    name: reasonInShort(reason), value: count, words: plural(count, "file"), bad: true,
  })); // prettier-ignore
  return <Figure title="Refused, by reason" table={table}><Bars bars={bars} /></Figure>;
}

function Latency({ report }: { report: ReportOf }) {
  const { latency } = report;
  if (!latency?.p50)
    return (
      <section class="figure" aria-label="From upload to ready">
        <header><h2>From upload to ready</h2></header>
        <p class="small">{sentence(report.latency_missing) || "Not measured on this stage."}</p>
      </section>
    );
  const { p50, p95, p99 } = latency;
  const rows: [string, number][] = [["half of them", p50], ["95 in 100", p95], ["99 in 100", p99]];
  const bars = rows.map(([name, value]) => ({ name, value, words: milliseconds(value) })).reverse();
  const table: Table = { name: "latency", columns: ["Within", "Milliseconds"], rows };
  return <Figure title="From upload to ready" table={table}><Bars bars={bars} /></Figure>;
}

function Drift({ drift }: { drift: ReportOf["drift"] }) {
  const facts = Object.entries(drift ?? {}).filter(([, value]) => value != null);
  return (
    <section class="figure" aria-label="Last sweep">
      <header><h2>Last sweep</h2></header>
      {facts.length ? <dl class="raw">{facts.map(([name, value]) => <Finding key={name} name={name} value={value} />)}</dl>
        : <p class="small">No sweep has been here yet.</p>}
    </section>
  );
}

function Finding({ name, value }: { name: string; value: unknown }) {
  return <div><dt>{name.replaceAll("_", " ")}</dt><dd>{inShort(value)}</dd></div>;
}

const dayAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
