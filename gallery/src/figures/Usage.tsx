/** What an owner's pictures take, and for admins, whose take how much. */

import type { OwnerTotals, Usage as UsageOf } from "../api/types";
import { allOwners } from "../api/routes";
import { useRoom } from "../parts/context";
import { Trouble } from "../parts/Trouble";
import { type Loaded, useLoaded } from "../parts/useLoaded";
import { bytesInWords, number, plural, reasonInShort } from "../state/words";
import { Bars } from "./Bars";
import { Big, Figure, Take } from "./Figure";
import { Formats, Owners } from "./Shares";
import { counted } from "./table";
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
      <Formats by_state={found.by_state} owner={found.owner} />
      <Refusals usage={found} />
      {me.value?.admin && <AllOwners {...owners} />}
    </div>
  );
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

function AllOwners({ value: owners, problem, reload }: Loaded<OwnerTotals[]>) {
  if (problem) return <Trouble words={problem} again={reload} />;
  return owners ? <Owners owners={owners} /> : <div class="figure waiting" role="status" aria-label="Loading" />;
}
