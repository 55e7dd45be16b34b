/** One picture in the grid: what is known of it at once, then its thumbnail, or why it has none. */

import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../parts/icons";
import { useRoom } from "../parts/context";
import type { Shown } from "../state/album";
import { addressOf } from "../state/navigation";
import { nameOf, reasonInWords } from "../state/words";
import { aspectOf, type Cell } from "./layout";
import { placeholderOf } from "./placeholder";
import { sharpEnough } from "./renditions";

interface Props {
  cell: Cell;
  top: number;
  height: number;
  active: boolean;
}

export function TileItem({ cell, top, height, active }: Props) {
  const tile = cell.tile as Shown;
  const style = {
    transform: `translate(${cell.x}px, ${top}px)`,
    width: `${cell.width}px`,
    height: `${height}px`,
  };
  return (
    <li style={style}>
      <Frame tile={tile} active={active} width={cell.width} index={cell.index} />
    </li>
  );
}

function Frame({ tile, active, width, index }: { tile: Shown; active: boolean; width: number; index: number }) {
  const name = nameOf(tile.key);
  const local = tile.id.startsWith("local:");
  const inside = (
    <>
      {tile.state === "REJECTED" ? <Refusal tile={tile} name={name} /> : <Print tile={tile} width={width} />}
      {tile.state !== "REJECTED" && <span class="caption" aria-hidden="true">{name}</span>}
    </>
  );
  const common = {
    class: "tile",
    "data-state": tile.state,
    "data-index": index,
    "data-id": tile.id,
    "data-name": name,
    "aria-label": tile.state === "REJECTED" ? undefined : labelOf(tile, name),
    tabIndex: active ? 0 : -1,
  };
  if (local) return <div role="img" {...common}>{inside}</div>;
  return <a href={addressOf({ name: "picture", id: tile.id })} {...common}>{inside}</a>;
}

function labelOf(tile: Shown, name: string): string {
  if (tile.upload && tile.upload.phase === "failed") return `${name}, not uploaded`;
  if (tile.upload && tile.upload.phase !== "sent") return `${name}, uploading`;
  return tile.state === "DEVELOPING" ? `${name}, developing` : name;
}

function Refusal({ tile, name }: { tile: Shown; name: string }) {
  return (
    <span class="refusal">
      <Icon name="refused" />
      <b>{name}</b>
      <span class="hidden">, refused: </span>
      <span>{reasonInWords(tile.reason, tile.hint)}</span>
    </span>
  );
}

function Print({ tile, width }: { tile: Shown; width: number }) {
  const { album } = useRoom();
  const rendition = sharpEnough(tile, width);
  const preview = tile.upload?.preview ?? album.previews.get(tile.id);
  const under = placeholderOf(tile.placeholder);
  const style = {
    backgroundColor: tile.dominant_colour ?? undefined,
    backgroundImage: under ? `url("${under}")` : undefined,
  };
  return (
    <span class="print" style={style}>
      {preview && <img class="preview" src={preview} alt="" />}
      {rendition && <Thumbnail key={rendition.url} tile={tile} url={rendition.url} under={Boolean(preview)} />}
      {tile.state === "DEVELOPING" && <Bath tile={tile} />}
    </span>
  );
}

function Bath({ tile }: { tile: Shown }) {
  const { upload } = tile;
  if (!upload || upload.phase === "sent") return <span class="bath"><i />Developing</span>;
  if (upload.phase === "failed") return <span class="bath still">Not uploaded</span>;
  const share = upload.bytes ? upload.sentBytes / upload.bytes : 0;
  return (
    <span class="bath still">
      <span class="meter" style={{ transform: `scaleX(${share})` }} />
      {upload.phase === "waiting" ? "Waiting" : `${Math.round(share * 100)} %`}
    </span>
  );
}

function Thumbnail({ tile, url }: { tile: Shown; url: string; under: boolean }) {
  const { album } = useRoom();
  const image = useRef<HTMLImageElement>(null);
  const [loaded, setLoaded] = useState(false);
  useEffect(() => {
    if (image.current?.complete && image.current.naturalWidth) setLoaded(true);
  }, []);
  const born = album.fresh.has(tile.id);
  return (
    <img ref={image} class={`thumbnail ${born ? "born" : ""} ${loaded ? "loaded" : ""}`} src={url} alt=""
      decoding="async" draggable={false} width={Math.round(aspectOf(tile) * 100)} height={100}
      onLoad={() => setLoaded(true)} onError={() => void album.renew(tile.id)} />
  );
}
