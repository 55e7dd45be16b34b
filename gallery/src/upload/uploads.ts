/** The uploads of this visit: Uppy keeps the queue, retries and cancels; we send and tell. */

import { signal } from "@preact/signals";
import { Uppy } from "@uppy/core";
import { TaskQueue } from "@uppy/core/utils";
import type { Routes } from "../api/routes";
import { Problem, wordsOf } from "../api/problem";
import type { Grant } from "../api/types";
import type { Config } from "../config";
import type { Chosen } from "./files";
import { after, type Happening, type Upload } from "./machine";
import { previewOf } from "./preview";
import { chunks, sendForm, sendParts, type Sending } from "./transport";

const FILES_AT_ONCE = 4;
const GRANTS_AT_ONCE = 50;

type Meta = { path: string; owner?: string };
type Body = Record<string, unknown>;
type Queued = ReturnType<Uppy<Meta, Body>["getFile"]>;

export class Uploads {
  readonly list = signal<Upload[]>([]);
  onSent: (upload: Upload) => void = () => undefined;
  private readonly uppy: Uppy<Meta, Body>;
  private readonly queue = new TaskQueue({ concurrency: FILES_AT_ONCE });
  private readonly stoppers = new Map<string, AbortController>();

  constructor(
    private readonly api: Routes,
    private readonly config: Config,
  ) {
    this.uppy = new Uppy<Meta, Body>({
      autoProceed: false,
      allowMultipleUploadBatches: true,
      onBeforeFileAdded: () => true,
      logger: { debug() {}, warn() {}, error() {} }, // the tray tells
    });
    this.uppy.addUploader((ids) => this.run(ids));
  }

  /** Take files in for an owner, else for the user: their tiles are there at once, their bytes follow. */
  async add(chosen: Chosen[], owner?: string): Promise<void> {
    const ids = chosen.map((one) => this.take(one, owner)).filter((id): id is string => id !== null);
    this.list.value = [...this.list.value];
    for (const id of ids) void this.preview(id);
    await this.uppy.upload();
  }

  cancel(localId: string): void {
    this.tell(localId, { type: "cancel" });
    this.stoppers.get(localId)?.abort();
    if (this.uppy.getFile(localId)) this.uppy.removeFile(localId);
    this.forget(localId);
  }

  cancelAll(): void {
    for (const { localId, phase } of this.list.value)
      if (phase === "waiting" || phase === "sending") this.cancel(localId);
  }

  async retry(localId: string): Promise<void> {
    if (this.find(localId)?.phase !== "failed") return; // a second click
    this.tell(localId, { type: "retry" });
    await this.uppy.retryUpload(localId);
  }

  async retryAll(): Promise<void> {
    const failed = this.list.value.filter(({ phase }) => phase === "failed");
    await Promise.all(failed.map(({ localId }) => this.retry(localId)));
  }

  /** Let go of an upload whose picture the catalog shows by now. */
  forget(localId: string): void {
    const gone = this.list.value.find((one) => one.localId === localId);
    if (gone?.preview && gone.phase !== "sent") URL.revokeObjectURL(gone.preview); // else the album shows it
    if (this.uppy.getFile(localId)) this.uppy.removeFile(localId);
    this.list.value = this.list.value.filter((one) => one.localId !== localId);
  }

  private take({ file, name }: Chosen, owner?: string): string | null {
    const same = this.list.value.find(
      (one) => one.name === name && one.phase !== "sent" && this.uppy.getFile(one.localId)?.meta.owner === owner,
    );
    if (same?.phase === "failed") this.cancel(same.localId);
    else if (same) return null;
    const localId = this.uppy.addFile({
      name: `${crypto.randomUUID()}`, data: file, type: file.type, meta: { path: name, owner },
    }); // prettier-ignore
    const upload: Upload = {
      localId, name, bytes: file.size, type: file.type, preview: null, width: null, height: null,
      phase: "waiting", sentBytes: 0, id: null, key: null, message: null,
      startedAt: new Date().toISOString(),
    }; // prettier-ignore
    this.list.value = [upload, ...this.list.value];
    return localId;
  }

  private async preview(localId: string): Promise<void> {
    const file = this.uppy.getFile(localId)?.data;
    const preview = file && (await previewOf(file as File));
    if (!preview) return;
    if (!this.find(localId)) return URL.revokeObjectURL(preview.preview); // cancelled or shown by the catalog meanwhile
    this.list.value = this.list.value.map((one) =>
      one.localId === localId ? { ...one, ...preview } : one,
    );
  }

  /** Send the files that wait: with every batch, Uppy hands over those again that failed or were sent. */
  private async run(ids: string[]): Promise<void> {
    const files = this.uppy.getFilesByIds(ids.filter((id) => this.find(id)?.phase === "waiting"));
    const large = files.filter(({ size }) => (size ?? 0) >= this.config.multipart_from_bytes);
    const small = files.filter((file) => !large.includes(file));
    for (const owner of new Set(small.map(ownerOf)))
      for (const batch of chunks(small.filter((file) => ownerOf(file) === owner), GRANTS_AT_ONCE)) await this.forms(batch);
    await Promise.allSettled(large.map((file) => this.queue.add(() => this.parts(file))));
  }

  private async forms(files: Queued[]): Promise<void> {
    try {
      const { uploads } = await this.api.grants(files.map(askFor), files[0] && ownerOf(files[0]));
      const sends = files.map((file, at) => () => this.form(file, uploads[at] as Grant));
      await Promise.allSettled(sends.map((send) => this.queue.add(send)));
    } catch (error) {
      await this.refused(files, error);
    }
  }

  /** One name that is not taken refuses its whole batch: asked for one by one, the others go on. */
  private async refused(files: Queued[], error: unknown): Promise<void> {
    if (files.length > 1 && error instanceof Problem && error.status === 400)
      for (const file of files) await this.forms([file]);
    else for (const file of files) this.failed(file, error);
  }

  private form(file: Queued, grant: Grant): Promise<void> {
    return this.send(file, (sending) => {
      this.tell(file.id, { type: "named", id: grant.id, key: grant.key });
      return sendForm(grant, sending);
    });
  }

  private parts(file: Queued): Promise<void> {
    return this.send(file, async (sending) => {
      const grant = await this.api.multipart.begin(askFor(file), ownerOf(file));
      this.tell(file.id, { type: "named", id: grant.id, key: grant.key });
      await sendParts(this.api.multipart, grant, sending);
    });
  }

  private async send(file: Queued, how: (sending: Sending) => Promise<void>): Promise<void> {
    const known = this.find(file.id);
    if (!known || known.phase === "cancelled") return;
    const stopper = new AbortController();
    this.stoppers.set(file.id, stopper);
    this.tell(file.id, { type: "start" });
    const onProgress = (bytes: number): void => this.tell(file.id, { type: "progress", bytes });
    try {
      await how({ file: file.data as File, signal: stopper.signal, onProgress });
      this.finished(file);
    } catch (error) {
      if (!stopper.signal.aborted) this.failed(file, error);
    } finally {
      this.stoppers.delete(file.id);
    }
  }

  private finished(file: Queued): void {
    this.uppy.emit("upload-success", file, { status: 200, body: {} });
    this.tell(file.id, { type: "finish" });
    const upload = this.find(file.id);
    if (upload) this.onSent(upload);
  }

  private failed(file: Queued, error: unknown): void {
    const message = wordsOf(error);
    this.tell(file.id, { type: "fail", message });
    this.uppy.emit("upload-error", file, { name: "UploadError", message });
  }

  private tell(localId: string, event: Happening): void {
    this.list.value = this.list.value.map((one) =>
      one.localId === localId ? after(one, event) : one,
    );
  }

  private find = (localId: string): Upload | undefined =>
    this.list.value.find((one) => one.localId === localId);
}

const ownerOf = (file: Queued): string | undefined => file.meta.owner;

const askFor = (file: Queued): { name: string; bytes: number; content_type: string } => ({
  name: file.meta.path,
  bytes: file.size ?? 0,
  content_type: file.type || "application/octet-stream",
});
