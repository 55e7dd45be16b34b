/** A chart with the table behind it, and both as files. */

import type { ComponentChildren } from "preact";
import { number } from "../state/words";
import { csvOf, save, type Table } from "./table";

interface Props {
  title: string;
  table: Table;
  show?: (value: number, column: number) => string;
  children: ComponentChildren;
}

export function Figure({ title, table, show = number, children }: Props) {
  return (
    <section class="figure" aria-label={title}>
      <header>
        <h2>{title}</h2>
        <button class="link" type="button" aria-label={`${title} as CSV`}
          onClick={() => save(`${table.name}.csv`, "text/csv", csvOf(table))}>CSV</button>
      </header>
      {table.rows.length ? children : <p class="small">Nothing yet.</p>}
      {table.rows.length > 0 && <Behind title={title} table={table} show={show} />}
    </section>
  );
}

function Behind({ title, table, show }: { title: string; table: Table; show: (value: number, column: number) => string }) {
  const { columns, rows } = table;
  return (
    <details>
      <summary>Table</summary>
      <div class="scroll" tabIndex={0} role="region" aria-label={`${title}, table`}>
        <table>
          <thead><tr>{columns.map((column) => <th key={column} scope="col">{column}</th>)}</tr></thead>
          <tbody>
            {rows.map(([first, ...cells]) => (
              <tr key={first}>
                <th scope="row">{first}</th>
                {cells.map((cell, at) => <td key={at}>{typeof cell === "number" ? show(cell, at + 1) : cell}</td>)}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

/** All figures of a page as two files: one table, and what the API answered. */
export function Take({ whole, json }: { whole: Table; json: unknown }) {
  const keep = (ending: string, type: string, content: string): void => save(`${whole.name}.${ending}`, type, content);
  return (
    <div class="take" role="group" aria-label="All figures">
      <button class="button" type="button" onClick={() => keep("csv", "text/csv", csvOf(whole))}>CSV</button>
      <button class="button" type="button" onClick={() => keep("json", "application/json", JSON.stringify(json, null, 2))}>JSON</button>
    </div>
  );
}

export function Big({ value, label }: { value: string; label: string }) {
  return <div class="big"><dd>{value}</dd><dt>{label}</dt></div>;
}
