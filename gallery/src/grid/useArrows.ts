/** One tile at a time is in the tab order; arrows move it, and Delete deletes it. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { useRoom } from "../parts/context";
import { typing } from "../parts/Help";
import type { Shown } from "../state/album";
import { view } from "../state/navigation";
import { type Direction, type Layout, middleOf, neighbour } from "./layout";

const KEYS: Record<string, Direction> = {
  ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down", Home: "home", End: "end",
}; // prettier-ignore

/** The tile that is in the tab order, and whether it is to get the focus as well. */
interface Aim {
  id: string;
  focus: boolean;
}

export function useArrows(layout: Layout) {
  const { album } = useRoom();
  const [aim, setAim] = useState<Aim>({ id: "", focus: false });
  const reach = useRef<(index: number) => void>(() => undefined);
  const column = useRef<number | null>(null); // kept on the way up and down, so that it leads back
  const tiles = album.shown.value;
  const active = useActive(tiles, aim.id);
  const focusOn = (id: string): void => setAim({ id, focus: true });
  const pending = useFocus(aim, tiles[active]);
  useReturn(focusOn);
  const move = (index: number): void => {
    focusOn((tiles[index] as Shown).id);
    reach.current(index);
  };
  const remove = (tile: Shown): void => {
    focusOn(tiles[active + 1]?.id ?? tiles[active - 1]?.id ?? "");
    void album.remove(tile);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = (direction: Direction, from: boolean): void => {
      const upright = direction === "up" || direction === "down";
      column.current = upright ? (column.current ?? middleOf(layout, active)) : null;
      move(from || pending() ? neighbour(layout, active, direction, column.current ?? 0) : active);
    };
    act(event, tiles[active], step, remove);
  };
  useLostFocus(onKeyDown);
  const onFocus = (event: FocusEvent): void => {
    const id = (event.target as HTMLElement).dataset?.id;
    if (!id || id === aim.id) return;
    column.current = null;
    setAim({ id, focus: false });
  };
  return { active, reach, onKeyDown, onFocus };
}

/** Where the tile is now; once it is gone, whichever took its place. */
function useActive(tiles: Shown[], id: string): number {
  const last = useRef(0);
  const found = tiles.findIndex((tile) => tile.id === id);
  last.current = found >= 0 ? found : Math.min(last.current, Math.max(0, tiles.length - 1));
  return last.current;
}

function act(
  event: KeyboardEvent, tile: Shown | undefined,
  step: (direction: Direction, from: boolean) => void, remove: (tile: Shown) => void,
): void {
  const target = event.target as HTMLElement;
  const onTile = target.dataset?.id !== undefined;
  if (!tile || event.ctrlKey || event.metaKey || event.altKey || typing(target)) return;
  const direction = KEYS[event.key];
  if (direction && (onTile || target === document.body)) step(direction, onTile);
  else if (onTile && !tile.upload && event.key === "Delete") remove(tile);
  else return;
  event.preventDefault();
}

/** The only place that gives a tile the focus: when it is drawn and nothing lies over the grid.
 *
 * Returns whether the focus is still to be given.
 */
function useFocus(aim: Aim, tile: Shown | undefined): () => boolean {
  const given = useRef(aim);
  const pending = (): boolean => aim.focus && given.current !== aim;
  useLayoutEffect(() => {
    if (!tile || !pending() || view.value.place.name !== "grid") return;
    const element = document.querySelector<HTMLElement>(`.tile[data-id="${CSS.escape(tile.id)}"]`);
    if (!element || !free(document.activeElement)) return;
    element.focus({ preventScroll: true });
    if (document.activeElement === element) given.current = aim;
  });
  return pending;
}

/** Nobody has the focus, or a tile has: it is not taken away from anything else. */
const free = (element: Element | null): boolean =>
  !element || element === document.body || element.matches(".tile");

/** Coming back from a picture, its tile has the focus. */
function useReturn(focusOn: (id: string) => void): void {
  const { place } = view.value;
  const before = useRef(place);
  useLayoutEffect(() => {
    if (before.current.name === "picture" && place.name === "grid") focusOn(before.current.id);
    before.current = place;
  }, [place]);
}

/** Arrows also work while nothing has the focus. */
function useLostFocus(onKeyDown: (event: KeyboardEvent) => void): void {
  const newest = useRef(onKeyDown);
  newest.current = onKeyDown;
  useLayoutEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      const lost = event.target === document.body && view.value.place.name === "grid";
      if (lost && ["ArrowDown", "ArrowRight"].includes(event.key)) newest.current(event);
    };
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  }, []);
}
