/** Everything that the page holds: who is there, whose pictures, what is on its way. */

import { effect, signal } from "@preact/signals";
import { Client } from "../api/client";
import { notLoaded, wordsOf } from "../api/problem";
import { allOwners, type Routes, routes } from "../api/routes";
import type { Me, OwnerTotals } from "../api/types";
import { Session } from "../auth/session";
import type { Config } from "../config";
import type { Chosen } from "../upload/files";
import type { Upload } from "../upload/machine";
import type { Uploads } from "../upload/uploads";
import { Album } from "./album";
import { kept } from "./kept";
import { go, view } from "./navigation";
import { notify } from "./notices";
import { apart, sentence } from "./words";

export class Darkroom {
  readonly me = signal<Me | null>(null);
  readonly owners = signal<OwnerTotals[]>([]);
  readonly ended = signal(false);
  readonly problem = signal("");
  readonly online = signal(navigator.onLine);
  readonly uploading = signal<Upload[]>([]);
  readonly api: Routes;
  readonly album: Album;
  uploads: Uploads | null = null;
  private adding = 0;
  private leaving = false;

  constructor(
    readonly config: Config,
    readonly session: Session,
  ) {
    this.api = routes(new Client(config.api, session));
    this.album = new Album(this.api, () => this.uploads, () => this.uploading.value);
    session.onEnd = () => this.end();
    for (const type of ["online", "offline"])
      addEventListener(type, () => (this.online.value = navigator.onLine));
    addEventListener("beforeunload", (event) => this.sending && !this.leaving && event.preventDefault()); // the browser asks
  }

  /** Whose pictures are shown: an admin's choice, else one's own. */
  get owner(): string {
    return view.value.filters.owner ?? this.me.value?.owner ?? "";
  }

  private get sending(): boolean {
    return this.adding > 0 || this.uploading.value.some(({ phase }) => phase === "waiting" || phase === "sending");
  }

  /** Find out who is there, once; after a failure, which becomes the problem, the next call tries again. */
  async start(): Promise<void> {
    await this.started().catch((error: unknown) => (this.problem.value = wordsOf(error)));
  }

  private readonly started = kept(async () => {
    this.problem.value = "";
    const me = await this.api.me();
    if (me.admin) await this.chooseOwner(me);
    this.me.value = me;
    this.follow();
    void this.uploader().catch(() => undefined); // before the connection is lost, if it will be
  });

  /** Take files in for the owner whose pictures are shown now, as soon as the page has started. */
  async add(coming: Chosen[] | Promise<Chosen[]>): Promise<void> {
    const shown = view.value.filters.owner;
    this.adding++;
    try {
      const chosen = await coming;
      if (chosen.length) await this.send(chosen, shown);
    } catch (error) {
      notify(`${sentence(wordsOf(error))} Nothing was taken in; please try again.`, { bad: true });
    } finally {
      this.adding--;
    }
  }

  private end(): void {
    this.ended.value = true;
    this.album.rest();
  }

  private async send(chosen: Chosen[], shown?: string): Promise<void> {
    const { allowed, refused } = this.sift(chosen);
    for (const words of refused.slice(0, 3)) notify(words, { bad: true });
    await this.start();
    if (!this.me.value) throw new Error(this.problem.value);
    const uploads = await this.uploader();
    const owner = this.me.value.admin ? shown || this.owner || undefined : undefined;
    void uploads.add(allowed, owner);
  }

  signOut(): void {
    this.leaving = !this.sending || confirm("Files are still on their way. Sign out and leave them behind?");
    if (this.leaving) this.session.signOut();
  }

  private async chooseOwner(me: Me): Promise<void> {
    this.owners.value = await allOwners(this.api);
    const filters = view.value.filters;
    const first = me.owner ?? this.owners.value[0]?.owner;
    if (!filters.owner && first) go({ filters: { ...filters, owner: first } }, true);
  }

  private sift(chosen: Chosen[]): { allowed: Chosen[]; refused: string[] } {
    const most = this.config.max_bytes;
    const large = chosen.filter(({ file }) => file.size > most);
    const refused = large.map(({ name }) => `${apart(name)} is larger than ${Math.round(most / 2 ** 20)} MiB.`);
    return { allowed: chosen.filter((one) => !large.includes(one)), refused };
  }

  /** The one uploader, which is loaded after the first view. */
  private readonly uploader = kept(async () => {
    const { Uploads } = await import("../upload/uploads").catch(() => Promise.reject(notLoaded()));
    const uploads = new Uploads(this.api, this.config);
    uploads.onSent = (upload) => this.album.expect(upload);
    effect(() => {
      this.uploading.value = uploads.list.value;
    });
    return (this.uploads = uploads);
  });

  /** Another view of the grid is another set of pages. */
  private follow(): void {
    let opened = "";
    effect(() => {
      const { owner: chosen, ...filters } = view.value.filters;
      const owner = this.me.value?.admin ? chosen : undefined;
      const wanted = JSON.stringify([owner, filters]);
      if (wanted === opened) return;
      opened = wanted;
      queueMicrotask(() => this.album.open(owner ? { ...filters, owner } : filters));
    });
  }
}
