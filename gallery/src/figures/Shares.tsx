/** How what is stored is shared out: among formats, and among owners. */

import type { ByState, OwnerTotals } from "../api/types";
import { bytesInWords, number } from "../state/words";
import { Bars } from "./Bars";
import { Figure } from "./Figure";
import { counted, type Table } from "./table";

/** With an owner, each format leads to the owner's pictures of it. */
export function Formats({ by_state, owner }: { by_state: ByState; owner?: string }) {
  const table = counted("formats", ["Format", "Pictures", "Bytes"], by_state.READY);
  const bars = table.rows.map(([format, objects, bytes]) => ({
    name: String(format),
    value: Number(bytes),
    words: `${bytesInWords(Number(bytes))} · ${number(Number(objects))}`,
    href: owner && `/?${new URLSearchParams({ owner, format: String(format) })}`,
  }));
  return <Figure title="Formats" table={table}><Bars bars={bars} /></Figure>;
}

export function Owners({ owners, more }: { owners: OwnerTotals[]; more?: boolean }) {
  const table: Table = {
    name: "owners",
    columns: ["Owner", "Pictures", "Bytes", "Refused"],
    rows: owners.map(({ owner, objects, bytes, rejected }) => [owner, objects, bytes, rejected]),
  };
  const bars = owners.map(({ owner, objects, bytes }) => ({
    name: owner,
    value: bytes,
    words: `${bytesInWords(bytes)} · ${number(objects)}`,
    href: `/?${new URLSearchParams({ owner })}`,
  }));
  return (
    <Figure title="Storage by owner" table={table}>
      <Bars bars={bars} />
      {more && <p class="small">The first {owners.length} by name; <a href="/#/usage">Usage</a> has them all.</p>}
    </Figure>
  );
}
