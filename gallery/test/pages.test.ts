import { describe, expect, it } from "vitest";
import type { Page, Tile } from "../src/api/types";
import { Pages } from "../src/state/pages";

const anyTile = (at: number, changes: Partial<Tile> = {}): Tile => ({
  id: `t${at}`, key: `alice/${at}.jpg`, owner: "alice", state: "READY", version_id: "v1",
  uploaded_at: new Date(1e12 + at * 1000).toISOString(), ...changes,
});
const anyPage = (numbers: number[], cursor: string | null = null): Page => ({
  images: numbers.map((at) => anyTile(at)), cursor, scanned: numbers.length,
});
const ids = (pages: Pages): string[] => pages.tiles.map(({ id }) => id);
const read = async (...answers: Page[]): Promise<Pages> => {
  const pages = new Pages(async () => answers.shift() as Page);
  await pages.more();
  return pages;
};

describe("pages", () => {
  it("follow the cursor to its end", async () => {
    const asked: (string | null)[] = [];
    const answers = [anyPage([9, 8], "a"), anyPage([7], null)];
    const pages = new Pages(async (cursor) => (asked.push(cursor), answers.shift() as Page));
    await pages.more();
    await pages.more();
    await pages.more();
    expect([asked, ids(pages), pages.done]).toEqual([[null, "a"], ["t9", "t8", "t7"], true]);
  });
  it("pass over those that the filters emptied", async () => {
    const pages = await read(anyPage([], "a"), anyPage([], "b"), anyPage([3], null));
    expect(ids(pages)).toEqual(["t3"]);
  });
  it("are read one at a time", async () => {
    let asked = 0;
    const pages = new Pages(async () => (asked++, anyPage([1])));
    await Promise.all([pages.more(), pages.more()]);
    expect(asked).toBe(1);
  });
  it("show no tile twice when the list moved on between two of them", async () => {
    const pages = await read(anyPage([9, 8], "a"), anyPage([8, 7]));
    await pages.more();
    expect(ids(pages)).toEqual(["t9", "t8", "t7"]);
  });
});

describe("news", () => {
  it("bring new pictures to their place and take away deleted ones", async () => {
    const pages = await read(anyPage([9, 8, 7, 6], "a"));
    pages.refresh(anyPage([10, 9, 7], "b"));
    expect(ids(pages)).toEqual(["t10", "t9", "t7", "t6"]);
  });
  it("change nothing while only the addresses are new", async () => {
    const pages = await read({ ...anyPage([]), images: [anyTile(1, { thumbnail: { url: "a", width: 1, height: 1 } })] });
    const [before] = pages.tiles;
    const page = { ...anyPage([]), images: [anyTile(1, { thumbnail: { url: "b", width: 1, height: 1 } })] };
    expect(pages.refresh(page)).toBe(false);
    expect(pages.tiles[0]).toBe(before);
  });
  it("turn what developed into what it became", async () => {
    const pages = await read({ ...anyPage([]), images: [anyTile(1, { state: "DEVELOPING" })] });
    expect(pages.refresh(anyPage([1]))).toBe(true);
    expect(pages.tiles[0]?.state).toBe("READY");
  });
  it("do not bring back what was just deleted, until it is restored", async () => {
    const pages = await read(anyPage([2, 1]));
    pages.hide("t2");
    pages.refresh(anyPage([2, 1]));
    expect(ids(pages)).toEqual(["t1"]);
    pages.show(anyTile(2));
    expect(ids(pages)).toEqual(["t2", "t1"]);
  });
  it("leave a restored picture where it is until the catalog knows of it, for a while", async () => {
    let now = 0;
    const pages = new Pages(async () => anyPage([2, 1]), "-uploaded", () => now);
    await pages.more();
    pages.hide("t2");
    pages.show(anyTile(2));
    pages.refresh(anyPage([1]));
    expect(ids(pages)).toEqual(["t2", "t1"]);
    now = 61_000;
    pages.refresh(anyPage([1]));
    expect(ids(pages)).toEqual(["t1"]);
  });
  it("give a restored picture its new addresses", async () => {
    const thumbnail = (url: string) => ({ thumbnail: { url, width: 1, height: 1 } });
    const pages = await read({ ...anyPage([]), images: [anyTile(1, thumbnail("old"))] });
    pages.hide("t1");
    pages.show(anyTile(1, thumbnail("old")));
    pages.refresh({ ...anyPage([]), images: [anyTile(1, thumbnail("new"))] });
    expect(pages.tiles[0]?.thumbnail?.url).toBe("new");
  });
});
