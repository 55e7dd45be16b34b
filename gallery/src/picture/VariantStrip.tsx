/** The variants that were made of a picture, each to look at and to take along. */

import type { Tile } from "../api/types";
import { Icon } from "../parts/icons";
import { bytesInWords } from "../state/words";

interface Props {
  tile: Tile;
  chosen: string | null;
  choose: (name: string | null) => void;
}

export function VariantStrip({ tile, chosen, choose }: Props) {
  const variants = Object.entries(tile.variants ?? {}).sort(([, a], [, b]) => a.width - b.width);
  if (!variants.length) return null;
  return (
    <section class="variants">
      <h2>Variants</h2>
      <ul role="list">
        {variants.map(([name, one]) => (
          <li key={name}>
            <button type="button" aria-pressed={name === chosen} onClick={() => choose(name === chosen ? null : name)}>
              <b>{name}</b>
              <span>{one.width} × {one.height}</span>
              {one.bytes != null && <span>{bytesInWords(one.bytes)}</span>}
            </button>
            <a class="round" href={one.url} target="_blank" rel="noreferrer" download aria-label={`Download variant ${name}`}>
              <Icon name="down" />
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
