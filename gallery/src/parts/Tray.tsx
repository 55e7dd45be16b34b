/** How far the uploads are: overall, and each file that is not there yet. */

import { useState } from "preact/hooks";
import { plural } from "../state/words";
import { totals, type Upload } from "../upload/machine";
import { useRoom } from "./context";
import { Icon } from "./icons";

const SHOWN = 40;

export function Tray() {
  const { uploading, uploads } = useRoom();
  const [folded, fold] = useState(false);
  const all = uploading.value;
  const sum = totals(all);
  const open = all.filter(({ phase }) => phase !== "sent" && phase !== "cancelled");
  if (!open.length) return null;
  const shown = [...open].sort((a, b) => rank(a) - rank(b)).slice(0, SHOWN);
  return (
    <section class="tray" aria-label="Uploads">
      <header>
        <button class="fold" type="button" aria-expanded={!folded} onClick={() => fold(!folded)}>
          {sum.active ? `Uploading ${plural(sum.active, "file")}` : plural(sum.failed, "file") + " did not arrive"}
        </button>
        {sum.failed > 1 && <button class="link" type="button" onClick={() => void uploads?.retryAll()}>Retry all</button>}
        {sum.active > 1 && <button class="link" type="button" onClick={() => uploads?.cancelAll()}>Cancel all</button>}
      </header>
      <progress aria-label="All uploads" max={1} value={sum.share} />
      {!folded && <ul>{shown.map((one) => <Line key={one.localId} upload={one} />)}</ul>}
      {!folded && open.length > SHOWN && <p class="small">and {plural(open.length - SHOWN, "more file", "more files")}</p>}
    </section>
  );
}

const rank = ({ phase }: Upload): number => ["failed", "sending", "waiting"].indexOf(phase);

function Line({ upload }: { upload: Upload }) {
  const { uploads } = useRoom();
  const { localId, name, phase, message, sentBytes, bytes } = upload;
  const failed = phase === "failed";
  return (
    <li class={phase}>
      <div>
        <span class="name">{name}</span>
        {failed ? <span class="why">{message}</span>
          : <progress aria-label={name} max={1} value={bytes ? sentBytes / bytes : 0} />}
      </div>
      {failed && (
        <button class="round" type="button" aria-label={`Retry ${name}`} onClick={() => void uploads?.retry(localId)}>
          <Icon name="retry" />
        </button>
      )}
      <button class="round" type="button" aria-label={`Cancel ${name}`} onClick={() => uploads?.cancel(localId)}>
        <Icon name="close" />
      </button>
    </li>
  );
}
