/** Which variant of a picture to load for a given width on the screen. */

import type { Rendition, Tile } from "../api/types";

export function sharpEnough(tile: Tile, width: number, density = devicePixelRatio): Rendition | null {
  const all = Object.values(tile.variants ?? {}).sort((a, b) => a.width - b.width);
  const wanted = width * Math.min(density, 2) * 0.85;
  return all.find((one) => one.width >= wanted) ?? all.at(-1) ?? tile.thumbnail ?? null;
}

export const largest = (tile: Tile): Rendition | null => sharpEnough(tile, 1e6);
