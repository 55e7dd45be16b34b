/** The picture itself, in a space that is reserved before it is there. */

import { useState } from "preact/hooks";
import type { Tile } from "../api/types";
import { placeholderOf } from "../grid/placeholder";
import { largest } from "../grid/renditions";
import { useRoom } from "../parts/context";
import { Icon } from "../parts/icons";
import { nameOf, reasonInWords } from "../state/words";

export function Wall({ tile, variant }: { tile?: Tile; variant: string | null }) {
  if (!tile) return <div class="wall"><i class="waiting" role="status" aria-label="Loading the picture" /></div>;
  if (tile.state === "REJECTED") return <Refused tile={tile} />;
  const shown = (variant && tile.variants?.[variant]) || largest(tile);
  const size = tile.width && tile.height ? { width: tile.width, height: tile.height } : shown;
  const ratio = size ? size.width / size.height : 1.5;
  const own = variant && shown ? shown.width : undefined;
  return (
    <div class="wall">
      <figure style={{ "--ratio": String(ratio), "--own": own ? `${own}px` : "100%" } as never}>
        <Layers tile={tile} url={shown?.url} />
        {tile.state === "DEVELOPING" && <span class="bath"><i />Developing</span>}
      </figure>
    </div>
  );
}

function Layers({ tile, url }: { tile: Tile; url?: string }) {
  const { album } = useRoom();
  const [loaded, setLoaded] = useState("");
  const under = tile.thumbnail?.url ?? album.previews.get(tile.id) ?? placeholderOf(tile.placeholder);
  return (
    <>
      {under && <img class="under" src={under} alt="" />}
      {url && <img class={loaded === url ? "thumbnail loaded" : "thumbnail"} src={url} alt={nameOf(tile.key)} onLoad={() => setLoaded(url)} />}
    </>
  );
}

function Refused({ tile }: { tile: Tile }) {
  return (
    <div class="wall">
      <div class="refused">
        <Icon name="refused" />
        <h2>Refused</h2>
        <p>{reasonInWords(tile.reason, tile.hint)}</p>
        {tile.detail && <p class="small">{tile.detail}</p>}
      </div>
    </div>
  );
}
