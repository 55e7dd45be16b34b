/** All that the catalog keeps of a picture: what people ask for first, then the rest. */

import type { Attributes, Picture, Tile } from "../api/types";
import { bytesInWords, folderOf, STATES, timeInWords } from "../state/words";

const SHOWN_ABOVE = new Set([
  "width", "height", "bytes", "format", "camera", "camera_make", "camera_model", "lens", "exposure", "f_number",
  "iso", "focal_length_mm", "taken_at", "uploaded_at", "owner", "state", "title", "description", "copyright",
  "variants", "key", "pk", "sk", "placeholder",
]); // prettier-ignore

export function Facts({ tile, picture }: { tile: Tile; picture: Picture | null }) {
  const meta = picture?.metadata ?? {};
  return (
    <section class="facts">
      <h2 class={text(meta.title) ? "titled" : undefined}>{text(meta.title) || "About"}</h2>
      {text(meta.description) && <p>{text(meta.description)}</p>}
      <dl>{main(tile, meta).map(([name, value]) => <Fact key={name} name={name} value={value} />)}</dl>
      {picture && <AllFacts picture={picture} />}
    </section>
  );
}

function main(tile: Tile, meta: Attributes): [string, string][] {
  const facts: [string, string][] = [
    ["State", STATES[tile.state] ?? tile.state],
    ["Size", tile.width ? `${tile.width} × ${tile.height}` : ""],
    ["File", [tile.format, tile.bytes != null && bytesInWords(tile.bytes)].filter(Boolean).join(", ")],
    ["Camera", tile.camera ?? ""],
    ["Lens", text(meta.lens)],
    ["Exposure", exposureOf(meta)],
    ["Taken", tile.taken_at ? timeInWords(tile.taken_at) : ""],
    ["Uploaded", timeInWords(tile.uploaded_at)],
    ["Folder", folderOf(tile.key)],
    ["Copyright", text(meta.copyright)],
  ];
  return facts.filter(([, value]) => value);
}

function exposureOf(meta: Attributes): string {
  const parts = [
    meta.exposure && `${text(meta.exposure)} s`,
    meta.f_number && `f/${text(meta.f_number)}`,
    meta.iso && `ISO ${text(meta.iso)}`,
    meta.focal_length_mm && `${text(meta.focal_length_mm)} mm`,
  ];
  return parts.filter(Boolean).map((part) => String(part).replace(" s s", " s").replaceAll(" ", "\u00a0")).join(", ");
}

function AllFacts({ picture }: { picture: Picture }) {
  const rest = { ...picture.thumbnails, ...picture.metadata };
  const facts = Object.entries(rest).filter(([name, value]) => !SHOWN_ABOVE.has(name) && value != null);
  return (
    <details>
      <summary>Everything that is known</summary>
      <dl class="raw">
        <Fact name="key" value={picture.key} />
        {facts.sort().map(([name, value]) => <Fact key={name} name={name} value={text(value)} />)}
      </dl>
    </details>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return <div><dt>{name}</dt><dd>{value}</dd></div>;
}

function text(value: unknown): string {
  if (value == null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
