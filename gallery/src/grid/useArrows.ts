/** One tile at a time is in the tab order; arrows move it, and Delete deletes it. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { useRoom } from "../parts/context";
import { typing } from "../parts/Help";
import type { Shown } from "../state/album";
import { view } from "../state/navigation";
import { type Direction, type Layout, neighbour } from "./layout";

const KEYS: Record<string, Direction> = {
  ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down", Home: "home", End: "end",
}; // prettier-ignore

export function useArrows(layout: Layout) {
  const { album } = useRoom();
  const [activeId, setActive] = useState("");
  const wanted = useRef(false);
  const reach = useRef<(index: number) => void>(() => undefined);
  const tiles = album.shown.value;
  const found = tiles.findIndex(({ id }) => id === activeId);
  const last = useRef(0);
  const active = found >= 0 ? found : Math.min(last.current, Math.max(0, tiles.length - 1));
  last.current = active;
  const move = (index: number): void => {
    const tile = tiles[index];
    if (!tile) return;
    wanted.current = true;
    setActive(tile.id);
    reach.current(index);
  };
  usePlace(setActive, wanted);
  useFocus(wanted, active, tiles);
  const onKeyDown = (event: KeyboardEvent): void =>
    act(event, layout, tiles, active, wanted.current, move, remove);
  const remove = (tile: Shown): void => {
    wanted.current = true;
    setActive(tiles[active + 1]?.id ?? tiles[active - 1]?.id ?? "");
    void album.remove(tile);
  };
  useLostFocus(onKeyDown);
  const onFocus = (event: FocusEvent): void => {
    const id = (event.target as HTMLElement).dataset?.id;
    if (id) setActive(id);
  };
  return { active, reach, onKeyDown, onFocus };
}

function act(
  event: KeyboardEvent, layout: Layout, tiles: Shown[], active: number, moving: boolean,
  move: (index: number) => void, remove: (tile: Shown) => void,
): void {
  const target = event.target as HTMLElement;
  const onTile = target.dataset?.id !== undefined;
  if (event.ctrlKey || event.metaKey || event.altKey || typing(target)) return;
  const direction = KEYS[event.key];
  const tile = tiles[active];
  if (direction && (onTile || target === document.body)) {
    event.preventDefault();
    move(onTile || moving ? neighbour(layout, active, direction) : active);
  } else if (onTile && tile && !tile.upload && event.key === "Delete") {
    event.preventDefault();
    remove(tile);
  }
}

function useFocus(wanted: { current: boolean }, active: number, tiles: Shown[]): void {
  useLayoutEffect(() => {
    const tile = tiles[active];
    if (!wanted.current || !tile || view.value.place.name !== "grid") return;
    const element = document.querySelector<HTMLElement>(`.tile[data-id="${CSS.escape(tile.id)}"]`);
    if (!element) return;
    wanted.current = false;
    element.focus({ preventScroll: true });
    if (document.activeElement === element) return;
    setTimeout(() => element.focus({ preventScroll: true }), 30); // what lay over the grid is only now going
  });
}

/** Coming back from a picture, its tile has the focus. */
function usePlace(setActive: (id: string) => void, wanted: { current: boolean }): void {
  const { place } = view.value;
  const before = useRef(place);
  useLayoutEffect(() => {
    if (before.current.name === "picture" && place.name === "grid") {
      wanted.current = true;
      setActive(before.current.id);
    }
    before.current = place;
  }, [place]);
}

/** Arrows also work while nothing has the focus. */
function useLostFocus(onKeyDown: (event: KeyboardEvent) => void): void {
  const newest = useRef(onKeyDown);
  newest.current = onKeyDown;
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      const lost = event.target === document.body && view.value.place.name === "grid";
      if (lost && ["ArrowDown", "ArrowRight"].includes(event.key)) newest.current(event);
    };
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  }, []);
}
