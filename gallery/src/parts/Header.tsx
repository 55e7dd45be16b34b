/** Brand, places, whose pictures, adding, and the account. */

import { useRef } from "preact/hooks";
import { addressOf, go, view } from "../state/navigation";
import { ofInput } from "../upload/files";
import { useRoom } from "./context";
import { Icon } from "./icons";

export function Header({ onHelp }: { onHelp: () => void }) {
  const room = useRoom();
  const { me, session } = room;
  return (
    <header class="bar">
      <a class="brand" href={addressOf({ name: "grid" })}>
        <span class="lamp small" aria-hidden="true" />Darkroom
      </a>
      <nav aria-label="Places">
        <Place name="grid" label="Pictures" />
        <Place name="usage" label="Usage" />
        {me.value?.admin && <Place name="report" label="Report" />}
      </nav>
      <div class="tools">
        {me.value?.admin && <OwnerChoice />}
        <button class="round" type="button" aria-label="Keyboard help" title="Keyboard help" onClick={onHelp}>
          <Icon name="question" />
        </button>
        <button class="button quiet" type="button" title={session.name} onClick={() => room.signOut()}>
          Sign out
        </button>
        <AddButton />
      </div>
    </header>
  );
}

function Place({ name, label }: { name: "grid" | "usage" | "report"; label: string }) {
  const place = view.value.place.name;
  const here = place === name || (name === "grid" && place === "picture");
  const href = name === "grid" ? `/${location.search}` : addressOf({ name });
  return <a href={href} aria-current={here ? "page" : undefined}>{label}</a>;
}

function OwnerChoice() {
  const { owners } = useRoom();
  const chosen = view.value.filters.owner ?? "";
  const names = owners.value.map(({ owner }) => owner);
  const choose = (owner: string): void => {
    const place = view.value.place.name === "picture" ? { name: "grid" as const } : view.value.place;
    go({ filters: { owner }, place });
  };
  return (
    <label class="owner">
      <span class="hidden">Owner</span>
      <select name="owner" value={chosen} onChange={(event) => choose(event.currentTarget.value)}>
        {(names.includes(chosen) ? names : [chosen, ...names]).map((name) => (
          <option key={name} value={name} selected={name === chosen}>{name || "Choose an owner"}</option>
        ))}
      </select>
    </label>
  );
}

export function AddButton() {
  const room = useRoom();
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const take = (event: { currentTarget: HTMLInputElement }): void => void room.add(ofInput(event.currentTarget));
  return (
    <div class="adding" role="group" aria-label="Add pictures">
      <button class="button main" type="button" onClick={() => files.current?.click()}>
        <Icon name="plus" /><span>Add<span class="wide"> pictures</span></span>
      </button>
      <button class="button main side" type="button" aria-label="Add a folder" title="Add a folder"
        onClick={() => folder.current?.click()}>
        <Icon name="folder" />
      </button>
      <input ref={files} type="file" name="files" multiple hidden onChange={take} />
      <input ref={folder} type="file" name="folder" multiple hidden onChange={take} {...{ webkitdirectory: true }} />
    </div>
  );
}
