/** A picture's own answer tells by facets; the page shows it as it shows a tile. */

import type { Attributes, Picture, PictureAnswer, Rendition, Tile } from "./types";

const TOLD = [
  "owner", "version_id", "format", "width", "height", "bytes", "content_type", "camera",
  "taken_at", "uploaded_at", "placeholder", "dominant_colour",
] as const; // prettier-ignore
const OF_A_GRID = 256;

export function pictureOf(answer: PictureAnswer): Picture {
  const { thumbnails, metadata, versions = [], variants } = answer;
  const facets: Attributes = { ...thumbnails, ...metadata };
  const newest = versions[0];
  const told = Object.fromEntries(TOLD.map((name) => [name, facets[name] ?? null]));
  return {
    ...(told as Partial<Tile>),
    ...answer,
    owner: String(facets.owner ?? answer.key.split("/")[0]),
    uploaded_at: String(facets.uploaded_at ?? newest?.last_modified ?? new Date().toISOString()),
    thumbnail: thumbnailOf(Object.values(variants ?? {})),
  };
}

function thumbnailOf(variants: Rendition[]): Rendition | null {
  const sorted = [...variants].sort((a, b) => longEdge(a) - longEdge(b));
  return sorted.find((one) => longEdge(one) >= OF_A_GRID) ?? sorted.at(-1) ?? null;
}

const longEdge = ({ width, height }: Rendition): number => Math.max(width, height);
