import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Problem } from "../src/api/problem";
import type { Routes } from "../src/api/routes";
import type { Page, Tile } from "../src/api/types";
import type { Upload } from "../src/upload/machine";
import type { Uploads } from "../src/upload/uploads";
import { Album } from "../src/state/album";
import { act, actOnNewest, notices } from "../src/state/notices";
import { stubBrowser } from "./browser";
import { held, type Held } from "./held";

const anyTile = (at: number, owner = "alice"): Tile => ({
  id: `t${at}`, key: `${owner}/${at}.jpg`, owner, state: "READY", version_id: "v1",
  uploaded_at: new Date(1e12 + at * 1000).toISOString(),
});
const pageOf = (...tiles: Tile[]): Page => ({ images: tiles, cursor: null, scanned: tiles.length });
const sent = (id: string): Upload =>
  ({ localId: "l1", id, key: `alice/${id}`, name: id, phase: "sent", preview: null, bytes: 1 }) as Upload;
const ids = (album: Album): string[] => album.tiles.value.map(({ id }) => id);

interface Asked extends Held<Page> {
  query: Record<string, unknown>;
  signal?: AbortSignal;
}

/** An album whose requests for pictures wait for the test. */
function anAlbum(routes: Partial<Routes> = {}, arriving: Upload[] = [], forget: (id: string) => void = () => undefined) {
  const asked: Asked[] = [];
  const images = (query: Record<string, unknown>, signal?: AbortSignal): Promise<Page> => {
    const one = { ...held<Page>(), query, signal };
    asked.push(one);
    return one.promise;
  };
  const album = new Album({ images, ...routes } as unknown as Routes, () => ({ forget }) as unknown as Uploads, () => arriving);
  return { album, asked };
}

/** Let the pictures of a request arrive. */
async function answer(one: Asked | undefined, ...tiles: Tile[]): Promise<void> {
  one!.release(pageOf(...tiles));
  await settled();
}
const settled = async (): Promise<void> => void (await vi.advanceTimersByTimeAsync(0));
const later = async (seconds: number): Promise<void> => void (await vi.advanceTimersByTimeAsync(seconds * 1000));

beforeEach(() => {
  vi.useFakeTimers();
  stubBrowser();
  notices.value = [];
});
afterEach(() => vi.useRealTimers());

describe("looks for news", () => {
  it("are made one at a time, so that no older answer replaces a newer one", async () => {
    const { album, asked } = anAlbum();
    album.open({});
    await answer(asked[0], anyTile(1));
    await later(6);
    album.expect(sent("t2"));
    await later(60);
    expect(asked).toHaveLength(2);
    await answer(asked[1], anyTile(1));
    await later(6);
    await answer(asked[2], anyTile(2), anyTile(1));
    expect(ids(album)).toEqual(["t2", "t1"]);
  });
  it("of another view are broken off, and do not hold up this one's", async () => {
    const { album, asked } = anAlbum();
    album.open({});
    await answer(asked[0], anyTile(1));
    await later(6);
    album.open({ owner: "bob" });
    expect(asked[1]!.signal?.aborted).toBe(true);
    await answer(asked[2], anyTile(9, "bob"));
    await answer(asked[1], anyTile(2), anyTile(1));
    expect(ids(album)).toEqual(["t9"]);
    await later(6);
    expect(asked[3]!.query.owner).toBe("bob");
  });
});

describe("a deletion", () => {
  it("that fails after the view has changed puts nothing into the other view", async () => {
    const removal = held<void>();
    const { album, asked } = anAlbum({ remove: () => removal.promise.then(() => Promise.reject(new Problem(500, "no"))) });
    album.open({ owner: "alice" });
    await answer(asked[0], anyTile(1));
    const removed = album.remove(anyTile(1));
    album.open({ owner: "bob" });
    await answer(asked[1], anyTile(9, "bob"));
    removal.release();
    await removed;
    expect(ids(album)).toEqual(["t9"]);
  });
  it("that is undone after the view has changed puts nothing into the other view", async () => {
    const removed = async (): Promise<{ id: string; key: string }> => ({ id: "t1", key: "alice/1.jpg" });
    const { album, asked } = anAlbum({ remove: removed, restore: async () => undefined });
    album.open({ owner: "alice" });
    await answer(asked[0], anyTile(1));
    await album.remove(anyTile(1));
    album.open({ owner: "bob" });
    await answer(asked[1], anyTile(9, "bob"));
    actOnNewest();
    await settled();
    expect(notices.value.map(({ text }) => text)).toEqual(["1.jpg is back."]);
    expect(ids(album)).toEqual(["t9"]);
  });
  it("that has not been answered keeps its picture out of every view, until it fails", async () => {
    const removal = held<void>();
    const { album, asked } = anAlbum({ remove: () => removal.promise.then(() => Promise.reject(new Problem(500, "no"))) });
    album.open({});
    await answer(asked[0], anyTile(2), anyTile(1));
    const removed = album.remove(anyTile(1));
    album.open({ state: "READY" });
    await answer(asked[1], anyTile(2), anyTile(1));
    expect(ids(album)).toEqual(["t2"]);
    removal.release();
    await removed;
    await later(6);
    await answer(asked[2], anyTile(2), anyTile(1));
    expect(ids(album)).toEqual(["t2", "t1"]);
  });
  it("is undone once by two clicks", async () => {
    const restore = vi.fn(async () => undefined);
    const { album, asked } = anAlbum({ remove: async () => ({ id: "t1", key: "alice/1.jpg" }), restore });
    album.open({});
    await answer(asked[0], anyTile(1));
    await album.remove(anyTile(1));
    const [undo] = notices.value;
    act(undo!);
    act(undo!);
    await settled();
    expect(restore).toHaveBeenCalledOnce();
  });
});

describe("a preview", () => {
  it("that is there only after its file was sent stays with the picture", async () => {
    const arriving = [sent("t2")];
    const forget = vi.fn();
    const { album, asked } = anAlbum({}, arriving, forget);
    album.open({});
    await answer(asked[0], anyTile(1));
    album.expect(arriving[0]!);
    arriving[0] = { ...arriving[0]!, preview: "blob:late" };
    await later(6);
    await answer(asked[1], anyTile(2), anyTile(1));
    expect(forget).toHaveBeenCalledWith("l1");
    expect(album.previews.get("t2")).toBe("blob:late");
  });
});
