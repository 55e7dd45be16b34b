import { describe, expect, it } from "vitest";
import type { Tile } from "../src/api/types";
import { GAP, groupByDay, layOut, middleOf, neighbour, type Row } from "../src/grid/layout";

const anyTile = (id: string, changes: Partial<Tile> = {}): Tile => ({
  id, key: `alice/${id}.jpg`, owner: "alice", state: "READY", width: 300, height: 200,
  uploaded_at: "2026-11-21T12:00:00.000Z", ...changes,
});
/** The page shows days of the reader's own zone. */
const noon = (day: string): string => new Date(`${day}T12:00:00`).toISOString();
const many = (count: number, day = "21"): Tile[] =>
  Array.from({ length: count }, (_, at) => anyTile(`${day}-${at}`, { uploaded_at: noon(`2026-11-${day}`) }));
const rowsOf = (tiles: Tile[], width = 1000): Row[] =>
  layOut(tiles, width, 200, false).lines.filter((line): line is Row => line.kind === "row");

describe("days", () => {
  it("keep their order and their tiles together", () => {
    const groups = groupByDay([...many(2, "21"), ...many(3, "20")], false);
    expect(groups.map(({ day, tiles }) => [day, tiles.length])).toEqual([["2026-11-21", 2], ["2026-11-20", 3]]);
  });
  it("of taken pictures are the camera's own", () => {
    const [group] = groupByDay([anyTile("a", { taken_at: "2026-07-14T23:59:00" })], true);
    expect(group?.day).toBe("2026-07-14");
  });
});

describe("rows", () => {
  it("leave room for the words of a refusal, however narrow its picture is", () => {
    const [row] = rowsOf([anyTile("tall", { state: "REJECTED", width: 20, height: 900 })]);
    expect(row?.cells[0]?.width).toBe(300);
  });
  it("fill the width to the pixel, but for a day's last", () => {
    for (const row of rowsOf(many(23)).slice(0, -1)) {
      const last = row.cells.at(-1);
      expect((last?.x ?? 0) + (last?.width ?? 0)).toBe(1000);
    }
  });
  it("never run out of the window, however wide a picture is", () => {
    for (const row of rowsOf([anyTile("wide", { width: 9000, height: 100 })], 320))
      for (const cell of row.cells) expect(cell.x + cell.width).toBeLessThanOrEqual(320);
  });
  it("stay where they were when more are loaded below", () => {
    const [before, after] = [rowsOf(many(20)), rowsOf([...many(20), ...many(9, "20")])];
    expect(after.slice(0, before.length)).toEqual(before);
  });
  it("do not overlap, and the sheet is as high as all of them", () => {
    const layout = layOut([...many(20), ...many(9, "20")], 700, 180, false);
    let bottom = 0;
    for (const line of layout.lines) {
      expect(line.top).toBe(bottom);
      bottom += line.height;
      if (line.kind === "row") expect(line.height - line.tall).toBeGreaterThanOrEqual(GAP);
    }
    expect(layout.height).toBe(bottom);
  });
  it("cost as much each when there are fifty thousand as when there are few", () => {
    const readsEach = (count: number): number => {
      let reads = 0;
      const get = (tile: Tile, name: keyof Tile) => (reads++, tile[name]);
      layOut(many(count).map((tile) => new Proxy(tile, { get: get as never })), 1400, 216, false);
      return reads / count;
    };
    expect(readsEach(50_000)).toBeCloseTo(readsEach(500), 0);
  });
});

describe("arrows", () => {
  const layout = layOut([...many(5), ...many(5, "20")], 500, 200, false);
  it("lead back to where they came from when the column is kept", () => {
    const wide = anyTile("wide", { uploaded_at: "2026-11-20T12:00:00.000Z", width: 500 });
    const uneven = layOut([...many(4), wide], 900, 200, false);
    const x = middleOf(uneven, 0);
    const below = neighbour(uneven, 0, "down", x);
    expect(below).toBeGreaterThan(0);
    expect(neighbour(uneven, below, "up", x)).toBe(0);
  });
  it("go to the neighbours and stop at the ends", () => {
    expect(neighbour(layout, 0, "left")).toBe(0);
    expect(neighbour(layout, 0, "right")).toBe(1);
    expect(neighbour(layout, 9, "right")).toBe(9);
    expect(neighbour(layout, 3, "home")).toBe(0);
    expect(neighbour(layout, 3, "end")).toBe(9);
  });
  it("cross the days, and come back", () => {
    expect(neighbour(layout, 4, "down")).toBe(5);
    expect(neighbour(layout, 5, "up")).toBe(4);
  });
});
