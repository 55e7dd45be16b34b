/** Pages of tiles, read on demand by cursor and kept up to date from the newest page. */

import type { Page, Rendition, Tile } from "../api/types";

/** Those of thumbnails are good for at least half of `url_seconds`: see `docs/api.md`. */
const URLS_STAY_GOOD_MS = 7 * 60_000;
const LISTED_WITHIN_MS = 60_000;
const EMPTY_PAGES_IN_A_ROW = 8;

export type Fetch = (cursor: string | null, signal: AbortSignal) => Promise<Page>;

export class Pages {
  tiles: Tile[] = [];
  done = false;
  loading = false;
  private cursor: string | null = null;
  private readonly hidden = new Set<string>();
  private readonly awaited = new Map<string, number>();
  private readonly freshAt = new Map<string, number>();
  private readonly stopper = new AbortController();

  constructor(
    private readonly fetch: Fetch,
    private readonly sort = "-uploaded",
    private readonly now: () => number = Date.now,
  ) {}

  stop(): void {
    this.stopper.abort();
  }

  get signal(): AbortSignal {
    return this.stopper.signal;
  }

  get stopped(): boolean {
    return this.signal.aborted;
  }

  /** Read the next page; pages that the filters emptied are passed over, up to a bound. */
  async more(): Promise<void> {
    if (this.loading || this.done) return;
    this.loading = true;
    try {
      for (let empty = 0; empty < EMPTY_PAGES_IN_A_ROW && !this.done; empty++) {
        const page = await this.fetch(this.cursor, this.signal);
        this.cursor = page.cursor;
        this.done = page.cursor === null;
        if (this.append(page.images)) break;
      }
    } finally {
      this.loading = false;
    }
  }

  /** Take over what the first page says now. Returns whether anything changed. */
  refresh(page: Page): boolean {
    const before = this.tiles;
    const listed = new Set(page.images.map((tile) => tile.id));
    const last = page.images.at(-1);
    const covered = (tile: Tile): boolean =>
      page.cursor === null || (last !== undefined && this.order(tile, last) <= 0);
    for (const id of listed) this.awaited.delete(id);
    const kept = before.filter(
      (tile) => listed.has(tile.id) || !covered(tile) || this.isAwaited(tile.id),
    );
    const known = new Map(before.map((tile) => [tile.id, tile]));
    const now = page.images.filter((tile) => !this.hidden.has(tile.id));
    const fresh = now.map((tile) => this.settle(known.get(tile.id), tile));
    const rest = kept.filter((tile) => !listed.has(tile.id));
    const merged = [...fresh, ...rest].sort((a, b) => this.order(a, b));
    const changed =
      merged.length !== before.length || merged.some((tile, index) => tile !== before[index]);
    if (changed) this.tiles = merged;
    return changed;
  }

  update(tile: Tile): void {
    this.tiles = this.tiles.map((old) => (old.id === tile.id ? this.settle(old, tile, true) : old));
  }

  /** Take a tile out until it is brought back: the catalog learns of a deletion a little later. */
  hide(id: string): void {
    this.hidden.add(id);
    this.tiles = this.tiles.filter((tile) => tile.id !== id);
  }

  /** Bring a tile back; it stays until the catalog, too, has learned that it is back. */
  show(tile: Tile): void {
    this.hidden.delete(tile.id);
    this.freshAt.delete(tile.id);
    this.awaited.set(tile.id, this.now() + LISTED_WITHIN_MS);
    if (this.tiles.some((old) => old.id === tile.id)) return;
    this.tiles = [...this.tiles, tile].sort((a, b) => this.order(a, b));
  }

  /** Let a tile come again, because its file was uploaded anew. */
  expect(id: string): void {
    this.hidden.delete(id);
  }

  private isAwaited = (id: string): boolean => (this.awaited.get(id) ?? 0) > this.now();

  private append(images: Tile[]): boolean {
    const known = new Set(this.tiles.map((tile) => tile.id));
    const fresh = images.filter((tile) => !known.has(tile.id) && !this.hidden.has(tile.id));
    for (const tile of fresh) this.freshAt.set(tile.id, this.now());
    this.tiles = [...this.tiles, ...fresh];
    return fresh.length > 0;
  }

  /** Keep the old tile if nothing but its addresses changed, so that its picture stays loaded. */
  private settle(old: Tile | undefined, tile: Tile, always = false): Tile {
    const stale = this.now() - (this.freshAt.get(tile.id) ?? 0) > URLS_STAY_GOOD_MS;
    if (old && !stale && !always && sameButAddresses(old, tile)) return old;
    this.freshAt.set(tile.id, this.now());
    return tile;
  }

  private order(a: Tile, b: Tile): number {
    const field = this.sort.endsWith("taken") ? "taken_at" : "uploaded_at";
    const [left, right] = [a[field] ?? "", b[field] ?? ""];
    const ascending = left < right ? -1 : left > right ? 1 : 0;
    return this.sort.startsWith("-") ? -ascending : ascending;
  }
}

export function sameButAddresses(a: Tile, b: Tile): boolean {
  return JSON.stringify(withoutUrls(a)) === JSON.stringify(withoutUrls(b));
}

function withoutUrls({ thumbnail, variants, ...tile }: Tile): unknown {
  const sizes = Object.entries(variants ?? {}).map(([name, one]) => [name, sizeOf(one)]);
  return [Object.entries(tile).sort(), thumbnail && sizeOf(thumbnail), sizes];
}

const sizeOf = ({ width, height, bytes }: Rendition): unknown[] => [width, height, bytes];
