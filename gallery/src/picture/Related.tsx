/** The same file under another name, and pictures that look alike. */

import type { Similar, Tile } from "../api/types";
import { placeholderOf } from "../grid/placeholder";
import { sharpEnough } from "../grid/renditions";
import { useRoom } from "../parts/context";
import { useLoaded } from "../parts/useLoaded";
import { addressOf } from "../state/navigation";
import { nameOf } from "../state/words";

export function Related({ id }: { id: string }) {
  const { api } = useRoom();
  const { value, problem } = useLoaded<Similar>((signal) => api.similar(id, signal), [id]);
  if (problem) return <p class="small">{problem}</p>;
  return (
    <>
      <Strip title="The same file" tiles={value?.same_content ?? []} />
      <Strip title="Looks alike" tiles={value?.near ?? []} />
    </>
  );
}

function Strip({ title, tiles }: { title: string; tiles: Tile[] }) {
  if (!tiles.length) return null;
  return (
    <section class="related">
      <h2>{title}</h2>
      <ul role="list">{tiles.slice(0, 12).map((tile) => <li key={tile.id}><Small tile={tile} /></li>)}</ul>
    </section>
  );
}

function Small({ tile }: { tile: Tile }) {
  const under = placeholderOf(tile.placeholder);
  const style = { backgroundImage: under ? `url("${under}")` : undefined };
  const shown = sharpEnough(tile, 90);
  return (
    <a href={addressOf({ name: "picture", id: tile.id })} style={style} aria-label={nameOf(tile.key)} title={nameOf(tile.key)}>
      {shown && <img src={shown.url} alt="" loading="lazy" />}
    </a>
  );
}
