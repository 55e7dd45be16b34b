/** The pictures of the view: pages by need, news by polling, deletion with a way back. */

import { computed, signal } from "@preact/signals";
import { Problem, wordsOf } from "../api/problem";
import type { Routes } from "../api/routes";
import type { Page, Tile } from "../api/types";
import type { Upload } from "../upload/machine";
import type { Uploads } from "../upload/uploads";
import { announce, dismiss, notify } from "./notices";
import { Pages } from "./pages";
import { Patience } from "./patience";
import { type Filters, showsNewest, sortOf } from "./view";
import { apart, nameOf, reasonInWords } from "./words";

const PAGE = 100;
const NEWEST = 50;
const SINGLES = 8;

export interface Shown extends Tile {
  upload?: Upload;
}

export class Album {
  readonly tiles = signal<Tile[]>([]);
  readonly phase = signal<"loading" | "ready" | "failed">("loading");
  readonly problem = signal("");
  readonly done = signal(false);
  readonly previews = new Map<string, string>();
  readonly fresh = new Set<string>();
  readonly filters = signal<Filters>({});
  private pages = new Pages(() => new Promise(() => undefined));
  private readonly patience = new Patience();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private looking = false;
  private resting = false;
  private userAt = Date.now();
  private readonly leaving = new Set<string>();
  private readonly replaced = new Map<string, string | null | undefined>();

  constructor(
    private readonly api: Routes,
    private readonly uploads: () => Uploads | null,
    private readonly arriving: () => Upload[],
  ) {
    for (const type of ["pointermove", "keydown", "scroll", "visibilitychange"])
      document.addEventListener(type, () => this.present(), { passive: true });
  }

  /** What the grid shows: what is on its way, then what the catalog has. */
  readonly shown = computed<Shown[]>(() => {
    const tiles = this.tiles.value;
    if (!showsNewest(this.filters.value)) return tiles;
    const local = this.arriving().filter(({ phase }) => phase !== "cancelled").map(asTile);
    const ids = new Set(local.map(({ id }) => id));
    return local.length ? [...local, ...tiles.filter(({ id }) => !ids.has(id))] : tiles;
  });

  open(filters: Filters): void {
    this.pages.stop();
    this.filters.value = filters;
    const query = { ...filters, sort: sortOf(filters) };
    this.pages = new Pages(
      (cursor, stop) => this.api.images({ ...query, limit: PAGE, cursor }, stop),
      sortOf(filters),
    );
    for (const id of this.leaving) this.pages.hide(id);
    this.phase.value = "loading";
    this.tiles.value = [];
    this.done.value = false;
    void this.more();
  }

  async more(): Promise<void> {
    const pages = this.pages;
    try {
      await pages.more();
      if (pages === this.pages) this.publish("ready");
    } catch (error) {
      if (!pages.stopped) this.fail(error);
    }
    this.schedule();
  }

  expect(upload: Upload): void {
    const id = upload.id as string;
    this.replaced.set(id, this.tiles.value.find((tile) => tile.id === id)?.version_id);
    this.fresh.add(id);
    this.pages.expect(id);
    this.keepPreview(upload);
    this.patience.renew();
    this.schedule();
  }

  /** Delete a picture. It may be undone at once: the restoring waits for the deletion's answer. */
  async remove(tile: Tile): Promise<void> {
    if (this.leaving.has(tile.id)) return; // a second click
    const pages = this.pages;
    this.leaving.add(tile.id);
    pages.hide(tile.id);
    this.publish();
    const removal = this.api.remove(tile.id).catch(unlessGone).finally(() => this.leaving.delete(tile.id));
    const run = (): void => void removal.then(() => this.restore(tile, pages), () => undefined);
    const taken = notify(`Deleted ${apart(nameOf(tile.key))}.`, { action: { label: "Undo", run } });
    try {
      await removal;
    } catch (error) {
      dismiss(taken);
      this.back(tile, pages);
      notify(wordsOf(error), { bad: true });
    }
  }

  private async restore(tile: Tile, pages: Pages): Promise<void> {
    try {
      await this.api.restore(tile.id);
      this.back(tile, pages);
      notify(`${apart(nameOf(tile.key))} is back.`);
    } catch (error) {
      notify(wordsOf(error), { bad: true });
    }
  }

  /** Ask for a tile anew, because its addresses have run out. */
  async renew(id: string, stop?: AbortSignal): Promise<void> {
    const tile = await this.api.picture(id, stop).catch(() => null);
    if (!tile) return;
    this.pages.update(tile);
    this.publish();
  }

  /** Stop looking for news: the session has ended. */
  rest(): void {
    this.resting = true;
    clearTimeout(this.timer);
  }

  /** Show a tile again where it was taken out; of another view, the next look knows whether it fits. */
  private back(tile: Tile, pages: Pages): void {
    if (pages === this.pages) pages.show(tile);
    else this.pages.expect(tile.id);
    this.publish();
    this.patience.renew();
  }

  private publish(phase = this.phase.value): void {
    this.tiles.value = this.pages.tiles;
    this.done.value = this.pages.done;
    this.phase.value = phase;
  }

  private fail(error: unknown): void {
    this.problem.value = wordsOf(error);
    if (this.tiles.value.length) notify(this.problem.value, { bad: true });
    else this.phase.value = "failed";
  }

  private present(): void {
    const away = this.timer === undefined;
    this.userAt = Date.now();
    if (away && !document.hidden && this.phase.value !== "loading") this.schedule();
  }

  private schedule(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.looking || this.resting) return; // a look that is under way schedules the next
    const wait = this.patience.wait({
      hidden: document.hidden,
      developing: this.developing().length > 0 || this.replaced.size > 0,
      sinceUserMs: Date.now() - this.userAt,
    });
    if (wait !== null) this.timer = setTimeout(() => void this.look(), wait);
  }

  private developing = (): Tile[] =>
    this.tiles.value.filter(({ state }) => state === "DEVELOPING");

  private async look(): Promise<void> {
    const pages = this.pages;
    this.looking = true;
    try {
      const many = this.replaced.size > NEWEST / 2;
      const filters = this.filters.value;
      const query = { ...filters, sort: sortOf(filters), limit: many ? 2 * PAGE : NEWEST };
      const page = await this.api.images(query, pages.signal);
      await this.older(page, pages.signal);
      if (pages.stopped) return;
      if (pages.refresh(page)) this.patience.renew();
      this.publish(this.phase.value === "failed" ? "ready" : this.phase.value);
      this.settle(page);
    } catch {
      // the next look may do better
    } finally {
      this.looking = false;
      this.schedule();
    }
  }

  /** Pictures that develop further down than the newest page reaches are asked for one by one. */
  private async older(page: Page, stop: AbortSignal): Promise<void> {
    const listed = new Set(page.images.map(({ id }) => id));
    const missed = this.developing().filter(({ id }) => !listed.has(id)).slice(0, SINGLES);
    for (const { id } of missed) await this.renew(id, stop);
  }

  /** Uploads whose picture the catalog knows by now are no longer ours to show. */
  private settle(page: Page): void {
    for (const tile of page.images) {
      if (!this.replaced.has(tile.id)) continue;
      if (tile.version_id && tile.version_id === this.replaced.get(tile.id)) continue;
      for (const one of this.arriving())
        if (one.id === tile.id && one.phase === "sent") this.takeOver(one);
      if (tile.state === "DEVELOPING") continue;
      this.replaced.delete(tile.id);
      announce(`${nameOf(tile.key)}: ${tile.state === "READY" ? "ready" : reasonInWords(tile.reason)}`);
    }
  }

  private takeOver(upload: Upload): void {
    this.keepPreview(upload);
    this.uploads()?.forget(upload.localId);
  }

  private keepPreview({ id, preview }: Upload): void {
    if (id && preview) this.previews.set(id, preview);
  }
}

function asTile(upload: Upload): Shown {
  const { width, height, bytes, startedAt } = upload;
  return {
    id: upload.id ?? `local:${upload.localId}`,
    key: upload.key ?? upload.name,
    owner: "", state: "DEVELOPING", uploaded_at: startedAt, width, height, bytes, upload,
  }; // prettier-ignore
}

/** What somebody else has deleted meanwhile, or what a repeated request finds deleted, is deleted. */
function unlessGone(error: unknown): void {
  if (!(error instanceof Problem && error.status === 404)) throw error;
}
