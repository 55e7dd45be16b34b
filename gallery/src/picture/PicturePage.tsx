/** One picture on the wall: large, with all that is known of it. */

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { wordsOf } from "../api/problem";
import type { Picture, Tile } from "../api/types";
import { useRoom } from "../parts/context";
import { typing } from "../parts/Help";
import { Icon } from "../parts/icons";
import { Trouble } from "../parts/Trouble";
import { useLoaded } from "../parts/useLoaded";
import { close, go } from "../state/navigation";
import { nameOf } from "../state/words";
import { Facts } from "./Facts";
import { Related } from "./Related";
import { Versions } from "./Versions";
import { VariantStrip } from "./VariantStrip";
import { Wall } from "./Wall";

const LOOK_AGAIN_MS = 1500;
const LOOKS_FOR_ITS_RETURN = 20;

export function PicturePage({ id }: { id: string }) {
  const { api, album } = useRoom();
  const { value, problem, passing, restorable, reload } = useLoaded<Picture>((signal) => api.picture(id, signal), [id]);
  const [returning, returns] = useState(0);
  const known = useMemo(() => album.shown.peek().find((tile) => tile.id === id), [id]);
  const tile: Tile | undefined = value ?? known;
  const [variant, choose] = useState<string | null>(null);
  const missing = Boolean(problem && !value && !returning);
  useAgain(value?.state === "DEVELOPING", reload);
  useAgain(Boolean(problem && returning), () => (returns(returning - 1), reload()));
  const layer = useRef<HTMLDivElement>(null);
  useLayer(layer, id, tile);
  return (
    <div class="picture" ref={layer} role="dialog" aria-modal="true" aria-labelledby="picture-name">
      <Top tile={tile} picture={value} id={id} />
      {missing && passing && <div class="empty"><h2>It does not load</h2><Trouble words={problem} again={reload} /></div>}
      {missing && !passing && <Missing words={problem} id={id} back={restorable ? () => returns(LOOKS_FOR_ITS_RETURN) : undefined} />}
      {!missing && (
        <div class="on-the-wall">
          <Wall tile={tile} variant={variant} />
          <aside aria-label="About this picture">
            {tile && <VariantStrip tile={tile} chosen={variant} choose={choose} />}
            {tile && <Facts tile={tile} picture={value} />}
            {value && <Versions versions={value.versions ?? []} />}
            {value && <Related id={id} />}
          </aside>
        </div>
      )}
    </div>
  );
}

function Top({ tile, picture, id }: { tile?: Tile; picture: Picture | null; id: string }) {
  const { album } = useRoom();
  const near = useNeighbours(id);
  const remove = (): void => removeAndClose(album, tile);
  return (
    <header class="bar over">
      <button class="round" type="button" aria-label="Back to the grid" title="Back (Esc)" onClick={close}><Icon name="close" /></button>
      <h1 id="picture-name" tabIndex={-1}>{tile ? nameOf(tile.key) : "Picture"}</h1>
      <div class="tools">
        <Step to={near.before} icon="left" label="Previous picture" />
        <Step to={near.after} icon="right" label="Next picture" />
        {picture?.original && (
          <a class="button quiet" href={picture.original.url} download target="_blank" rel="noreferrer" aria-label="Download">
            <Icon name="down" /><span class="wide">Download</span>
          </a>
        )}
        {tile && (
          <button class="button quiet" type="button" onClick={remove} aria-label="Delete">
            <Icon name="bin" /><span class="wide">Delete</span>
          </button>
        )}
      </div>
    </header>
  );
}

function Step({ to, icon, label }: { to?: string; icon: "left" | "right"; label: string }) {
  return (
    <button class="round" type="button" aria-label={label} title={label} disabled={!to} onClick={() => step(to)}>
      <Icon name={icon} />
    </button>
  );
}

/** It is not there; if it was deleted, it can be brought `back`. */
function Missing({ words, id, back }: { words: string; id: string; back?: () => void }) {
  const { api } = useRoom();
  const [said, say] = useState(words);
  const restore = (): void => void api.restore(id).then(back, (error: unknown) => say(wordsOf(error)));
  return (
    <div class="empty">
      <h2>{back ? "Deleted" : "Not here"}</h2>
      <p role="alert">{said}</p>
      {back && <button class="button main" type="button" onClick={restore}>Bring it back</button>}
      <button class={back ? "button" : "button main"} type="button" onClick={close}>To the pictures</button>
    </div>
  );
}

type Album = ReturnType<typeof useRoom>["album"];

function removeAndClose(album: Album, tile?: Tile): void {
  if (!tile) return;
  void album.remove(tile);
  close();
}

const step = (id?: string): void => {
  if (id) go({ place: { name: "picture", id } }, true);
};

function useNeighbours(id: string): { before?: string; after?: string } {
  const { album } = useRoom();
  const tiles = album.tiles.value;
  const at = tiles.findIndex((tile) => tile.id === id);
  return at < 0 ? {} : { before: tiles[at - 1]?.id, after: tiles[at + 1]?.id };
}

/** While something is still to come, look again. */
function useAgain(coming: boolean, look: () => void): void {
  const newest = useRef(look);
  newest.current = look;
  useEffect(() => {
    if (!coming) return undefined;
    const timer = setInterval(() => newest.current(), LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [coming]);
}

/** The page below stands still; keys act on this picture; the name has the focus. */
function useLayer(layer: { current: HTMLElement | null }, id: string, tile?: Tile): void {
  const { album } = useRoom();
  const near = useNeighbours(id);
  const newest = useRef({ near, tile });
  newest.current = { near, tile };
  useLayoutEffect(() => {
    const act = (event: KeyboardEvent): void => onKey(event, newest.current, album);
    document.documentElement.classList.add("covered");
    layer.current?.querySelector<HTMLElement>("h1")?.focus();
    addEventListener("keydown", act);
    return () => {
      document.documentElement.classList.remove("covered");
      removeEventListener("keydown", act);
    };
  }, [album, layer]);
}

interface Here {
  near: { before?: string; after?: string };
  tile?: Tile;
}

function onKey(event: KeyboardEvent, { near, tile }: Here, album: Album): void {
  const busy = event.ctrlKey || event.metaKey || event.altKey || typing(event.target);
  if (busy || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") close();
  else if (event.key === "ArrowLeft") step(near.before);
  else if (event.key === "ArrowRight") step(near.after);
  else if (event.key === "Delete") removeAndClose(album, tile);
}
