/** Narrowing the view: everything that the API can be asked for. */

import { useState } from "preact/hooks";
import { filterBy, view } from "../state/navigation";
import { type FilterName, narrowing, sortOf, withFilter } from "../state/view";
import { FORMATS, REASON_CODES, reasonInShort, STATES } from "../state/words";
import { useRoom } from "./context";
import { Icon } from "./icons";

const SORTS = {
  "-uploaded": "Newest first",
  uploaded: "Oldest first",
  "-taken": "Last taken first",
  taken: "First taken first",
};
const MB = 1_000_000;

const change = (name: FilterName, value: string): void =>
  filterBy(withFilter(view.value.filters, name, value));

export function FilterBar() {
  const { filters } = view.value;
  const [open, setOpen] = useState(() => rare(filters) > 0);
  const { owner } = filters;
  return (
    <search class="filters" aria-label="Filters">
      <div class="line">
        <StateChoice />
        <Choice name="format" label="Format" any="Any format" values={FORMATS} />
        <Choice name="sort" label="Order" values={Object.keys(SORTS)} words={SORTS} chosen={sortOf(filters)} />
        <button class="button quiet" type="button" aria-expanded={open} aria-controls="more-filters"
          onClick={() => setOpen(!open)}>
          <Icon name="sliders" />More{rare(filters) > 0 && <b class="badge">{rare(filters)}</b>}
        </button>
        {narrowing(filters) > 0 && (
          <button class="link" type="button" onClick={() => filterBy(owner ? { owner } : {})}>Clear</button>
        )}
      </div>
      {open && <More />}
    </search>
  );
}

const rare = ({ state, format, ...filters }: typeof view.value.filters): number => narrowing(filters);

function StateChoice() {
  const chosen = view.value.filters.state ?? "";
  return (
    <fieldset class="segments">
      <legend class="hidden">State</legend>
      {Object.entries({ "": "All", ...STATES }).map(([state, label]) => (
        <label key={state}>
          <input type="radio" name="state" value={state} checked={state === chosen}
            onChange={() => change("state", state)} />
          <span>{label}</span>
        </label>
      ))}
    </fieldset>
  );
}

function More() {
  return (
    <div class="more" id="more-filters">
      <Range label="Uploaded" from="uploaded_from" to="uploaded_to" />
      <Range label="Taken" from="taken_from" to="taken_to" />
      <Camera />
      <Choice name="reason" label="Refused because" any="Any reason" values={REASON_CODES} word={reasonInShort} visible />
      <Size name="min_width" label="Width from" unit="px" />
      <Size name="min_height" label="Height from" unit="px" />
      <Size name="min_bytes" label="Size from" unit="MB" factor={MB} />
      <Size name="max_bytes" label="Size to" unit="MB" factor={MB} />
    </div>
  );
}

interface ChoiceProps {
  name: FilterName;
  label: string;
  values: string[];
  any?: string;
  words?: Record<string, string>;
  word?: (value: string) => string;
  chosen?: string;
  visible?: boolean;
}

function Choice({ name, label, values, any, words, word, chosen, visible }: ChoiceProps) {
  const value = chosen ?? view.value.filters[name] ?? "";
  const offered = !value || values.includes(value) ? values : [value, ...values];
  return (
    <label class={visible ? "field" : undefined}>
      <span class={visible ? undefined : "hidden"}>{label}</span>
      <select name={name} value={value} onChange={(event) => change(name, event.currentTarget.value)}>
        {any && <option value="">{any}</option>}
        {offered.map((one) => <option key={one} value={one}>{words?.[one] ?? word?.(one) ?? one}</option>)}
      </select>
    </label>
  );
}

function Range({ label, from, to }: { label: string; from: FilterName; to: FilterName }) {
  const { filters } = view.value;
  const date = (name: FilterName, which: string) => (
    <input type="date" name={name} aria-label={`${label} ${which}`} value={filters[name]?.slice(0, 10) ?? ""}
      onChange={(event) => isMeant(event.currentTarget.value) && change(name, event.currentTarget.value)} />
  );
  return (
    <div class="field range" role="group" aria-label={label}>
      <span>{label}</span>
      <div>{date(from, "from")}<span aria-hidden="true">–</span>{date(to, "before")}</div>
    </div>
  );
}

/** While one types a year, the browser tells of the years 2, 20 and 202 as well. */
const isMeant = (day: string): boolean => !day || day >= "1000";

function Camera() {
  const { album } = useRoom();
  const seen = new Set(album.tiles.value.slice(0, 2000).map(({ camera }) => camera));
  return (
    <label class="field">
      <span>Camera</span>
      <input type="search" name="camera" list="cameras" autocomplete="off" value={view.value.filters.camera ?? ""}
        onChange={(event) => change("camera", event.currentTarget.value.trim())} />
      <datalist id="cameras">{[...seen].map((camera) => camera && <option key={camera} value={camera} />)}</datalist>
    </label>
  );
}

function Size({ name, label, unit, factor = 1 }: { name: FilterName; label: string; unit: string; factor?: number }) {
  const value = view.value.filters[name];
  const take = (text: string): void => change(name, text && String(Math.round(Number(text) * factor)));
  return (
    <label class="field size">
      <span>{label}</span>
      <span class="unit">
        <input type="number" name={name} min="0" step="any" inputMode="decimal" value={value ? Number(value) / factor : ""}
          onChange={(event) => take(event.currentTarget.value)} />
        <i>{unit}</i>
      </span>
    </label>
  );
}
