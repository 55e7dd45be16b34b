/** What an owner's pictures take, and for admins, whose take how much. */

import type { OwnerTotals, Usage as UsageOf } from "../api/types";
import { allOwners } from "../api/routes";
import { useRoom } from "../parts/context";
import { useLoaded } from "../parts/useLoaded";
import { bytesInWords, number, plural, reasonInShort } from "../state/words";
import { Bars } from "./Bars";
import { Big, Figure } from "./Figure";
import { save, type Table } from "./table";

export function Usage() {
  const { api, me, owner } = useRoom();
  const usage = useLoaded<UsageOf>(() => api.usage(owner), [owner]);
  const owners = useLoaded<OwnerTotals[]>(() => (me.value?.admin ? allOwners(api) : Promise.resolve([])), []);
  if (usage.problem) return <p class="problem" role="alert">{usage.problem}</p>;
  const found = usage.value;
  if (!found) return <div class="figures"><div class="figure waiting" role="status" aria-label="Loading" /></div>;
  return (
    <div class="figures">
      <header class="title">
        <h2>{found.owner}</h2>
        <button class="button quiet" type="button" onClick={() => keep(found, owners.value)}>JSON</button>
      </header>
      <dl class="bigs">
        <Big value={number(found.objects)} label="pictures" />
        <Big value={bytesInWords(found.bytes)} label="originals" />
        {found.thumbnails_bytes != null && <Big value={bytesInWords(found.thumbnails_bytes)} label="thumbnails" />}
        <Big value={number(found.rejected)} label="refused" />
      </dl>
      <Formats usage={found} />
      <Refusals usage={found} />
      {me.value?.admin && <Owners owners={owners.value ?? []} problem={owners.problem} />}
    </div>
  );
}

const keep = (usage: UsageOf, owners: OwnerTotals[] | null): void =>
  save("usage.json", "application/json", JSON.stringify({ usage, owners: owners ?? undefined }, null, 2));

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

function Owners({ owners, problem }: { owners: OwnerTotals[]; problem: string }) {
  if (problem) return <p class="problem" role="alert">{problem}</p>;
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
