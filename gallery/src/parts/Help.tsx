/** What the keys do, and the keys that work everywhere. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { actOnNewest } from "../state/notices";

const KEYS: [string[], string][] = [
  [["←", "→", "↑", "↓"], "move among the pictures"],
  [["Home", "End"], "the first, the last one loaded"],
  [["Enter"], "open the picture"],
  [["Esc"], "close it, back to the grid"],
  [["Delete"], "delete the picture"],
  [["Ctrl", "Z"], "undo the deletion"],
  [["U"], "add pictures"],
  [["F"], "go to the filters"],
  [["?"], "this help"],
];

export function useHelp() {
  const [shown, show] = useState(false);
  useLayoutEffect(() => {
    const act = (event: KeyboardEvent): void => {
      if (typing(event.target)) return;
      const done = everywhere(event, () => show(true));
      if (done) event.preventDefault();
    };
    addEventListener("keydown", act);
    return () => removeEventListener("keydown", act);
  }, []);
  return { shown, open: () => show(true), onClose: () => show(false) };
}

function everywhere(event: KeyboardEvent, help: () => void): boolean {
  if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey)) return actOnNewest();
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return false;
  if (event.key === "?") help();
  else if (event.key === "u") document.querySelector<HTMLElement>("input[name=files]")?.click();
  else if (event.key === "f") document.querySelector<HTMLElement>(".filters button, .filters select")?.focus();
  else return false;
  return true;
}

export const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches("input, select, textarea, [contenteditable]");

interface Props {
  shown: boolean;
  onClose: () => void;
}

export function Help({ shown, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (shown) dialog.current?.showModal();
  }, [shown]);
  if (!shown) return null;
  return (
    <dialog class="sheet" ref={dialog} aria-labelledby="keys" onClose={onClose}
      onClick={(event) => event.target === dialog.current && dialog.current?.close()}>
      <h2 id="keys">Keys</h2>
      <dl class="keys">
        {KEYS.map(([keys, does]) => (
          <div key={does}>
            <dt>{keys.map((key) => <kbd key={key}>{key}</kbd>)}</dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <button class="button" type="button" onClick={() => dialog.current?.close()}>Close</button>
    </dialog>
  );
}
