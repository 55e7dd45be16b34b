/** What an owner's pictures take, and for admins, whose take how much. */

import type { OwnerTotals, Usage as UsageOf } from "../api/types";
import { allOwners } from "../api/routes";
import { useRoom } from "../parts/context";
import { Trouble } from "../parts/Trouble";
import { type Loaded, useLoaded } from "../parts/useLoaded";
import { bytesInWords, number, plural, reasonInShort } from "../state/words";
import { Bars } from "./Bars";
import { Big, Figure, Take } from "./Figure";
import type { Table } from "./table";
import { wholeUsage } from "./whole";

export function Usage() {
  const { api, me, owner } = useRoom();
  const usage = useLoaded<UsageOf>(() => api.usage(owner), [owner]);
  const owners = useLoaded<OwnerTotals[]>(() => (me.value?.admin ? allOwners(api) : Promise.resolve([])), []);
  if (usage.problem) return <Trouble words={usage.problem} again={usage.reload} />;
  const found = usage.value;
  if (!found) return <div class="figures"><div class="figure waiting" role="status" aria-label="Loading" /></div>;
  return (
    <div class="figures">
      <header class="title">
        <h2>{found.owner}</h2>
        <Take whole={wholeUsage(found, owners.value ?? [])} json={{ usage: found, owners: owners.value ?? undefined }} />
      </header>
      <dl class="bigs">
        <Big value={number(found.objects)} label="pictures" />
        <Big value={bytesInWords(found.bytes)} label="originals" />
        {found.thumbnails_bytes != null && <Big value={bytesInWords(found.thumbnails_bytes)} label="thumbnails" />}
        <Big value={number(found.rejected)} label="refused" />
      </dl>
      <Formats usage={found} />
      <Refusals usage={found} />
      {me.value?.admin && <Owners {...owners} />}
    </div>
  );
}

const counted = (name: string, columns: string[], of?: UsageOf["by_state"][string]): Table => ({
  name,
  columns,
  rows: Object.entries(of ?? {}).map(([key, { objects, bytes }]) => [key, objects, bytes]),
});

function Formats({ usage }: { usage: UsageOf }) {
  const table = counted("formats", ["Format", "Pictures", "Bytes"], usage.by_state.READY);
  const bars = table.rows.map(([format, objects, bytes]) => ({
    name: String(format),
    value: Number(bytes),
    words: `${bytesInWords(Number(bytes))} · ${number(Number(objects))}`,
    href: `/?${new URLSearchParams({ owner: usage.owner, format: String(format) })}`,
  }));
  return <Figure title="Formats" table={table}><Bars bars={bars} /></Figure>;
}

function Refusals({ usage }: { usage: UsageOf }) {
  const table = counted("refusals", ["Reason", "Files", "Bytes"], usage.by_state.REJECTED);
  const bars = table.rows.map(([reason, objects]) => ({
    name: reasonInShort(String(reason)),
    value: Number(objects),
    words: plural(Number(objects), "file"),
    bad: true,
    href: `/?${new URLSearchParams({ owner: usage.owner, state: "REJECTED", reason: String(reason) })}`,
  }));
  return <Figure title="Refused" table={table}><Bars bars={bars} /></Figure>;
}

function Owners({ value: owners, problem, reload }: Loaded<OwnerTotals[]>) {
  if (problem) return <Trouble words={problem} again={reload} />;
  if (!owners) return <div class="figure waiting" role="status" aria-label="Loading" />;
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
  return <Figure title="Storage by owner" table={table}><Bars bars={bars} /></Figure>;
}
