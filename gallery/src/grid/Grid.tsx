/** The contact sheet: days of rows of tiles, of which only what is near the window is drawn. */

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { AddButton } from "../parts/Header";
import { useRoom } from "../parts/context";
import { Trouble } from "../parts/Trouble";
import { filterBy, view } from "../state/navigation";
import { narrowing, sortOf } from "../state/view";
import { dateInWords, dayInWords, number, plural } from "../state/words";
import { HEADING_HEIGHT, type Layout, layOut, type Row, type Section } from "./layout";
import { TileItem } from "./Tile";
import { useArrows } from "./useArrows";
import { useVirtual } from "./useVirtual";

const LINES_AHEAD = 8;

export function Grid() {
  const { album } = useRoom();
  const box = useRef<HTMLDivElement>(null);
  const { width, top } = useBox(box);
  const byTaken = sortOf(view.value.filters).endsWith("taken");
  const tiles = album.shown.value;
  const layout = useMemo(
    () => layOut(width ? tiles : [], width, targetHeight(width), byTaken), [tiles, width, byTaken],
  ); // prettier-ignore
  const heights = useMemo(() => layout.lines.map((line) => line.height), [layout]);
  const arrows = useArrows(layout);
  const { items, scrollTo } = useVirtual(heights, top, layout.lineOf[arrows.active] ?? -1);
  arrows.reach.current = (index) => scrollTo(layout.lineOf[index] ?? 0);
  useMore(items.at(-1)?.index ?? 0, layout);
  const lines = items.map(({ index }) => index);
  return (
    <div class="grid" ref={box} onKeyDown={arrows.onKeyDown} onFocusCapture={arrows.onFocus}>
      <div class="sheet-of-days" style={{ height: `${layout.height}px` }}>
        {sectionsOf(layout, lines).map(({ section, rows }) => (
          <Day key={section.day} section={section} rows={rows} active={arrows.active} />
        ))}
      </div>
      <Foot empty={!tiles.length} below={layout.height} />
    </div>
  );
}

function Day({ section, rows, active }: { section: Section; rows: Row[]; active: number }) {
  const id = `day-${section.day}`;
  const style = { transform: `translateY(${section.top}px)`, height: `${section.height}px` };
  const cells = rows.flatMap((row) => row.cells.map((cell) => ({ cell, row })));
  return (
    <section class="day" style={style} aria-labelledby={id}>
      <h2 id={id} style={{ height: `${HEADING_HEIGHT}px` }}>
        {dayInWords(section.day)} <small>{dateInWords(section.day)} · {number(section.count)}</small>
      </h2>
      <ul role="list">
        {cells.map(({ cell, row }) => (
          <TileItem key={cell.tile.id} cell={cell} top={row.top - section.top - HEADING_HEIGHT}
            height={row.tall} active={cell.index === active} />
        ))}
      </ul>
    </section>
  );
}

function sectionsOf(layout: Layout, lines: number[]): { section: Section; rows: Row[] }[] {
  const found = new Map<number, Row[]>();
  for (const at of lines) {
    const line = layout.lines[at];
    if (!line) continue;
    const rows = found.get(line.section) ?? [];
    found.set(line.section, rows);
    if (line.kind === "row") rows.push(line);
  }
  return [...found].map(([at, rows]) => ({ section: layout.sections[at] as Section, rows }));
}

function Foot({ empty, below }: { empty: boolean; below: number }) {
  const { album } = useRoom();
  const { filters } = view.value;
  const style = { transform: `translateY(${below}px)` };
  if (album.phase.value === "failed")
    return (
      <div class="foot" style={style}>
        <Trouble words={album.problem.value} again={() => album.open(album.filters.value)} />
      </div>
    );
  if (album.phase.value === "loading" && empty) return <Skeleton />;
  if (empty && album.done.value) return <Empty filtered={narrowing(filters) > 0} />;
  if (!album.done.value) return <div class="foot" style={style}><button class="link" type="button" onClick={() => void album.more()}>More</button></div>;
  return <p class="foot small" style={style}>{plural(album.tiles.value.length, "picture")}. That is all.</p>;
}

function Skeleton() {
  return (
    <div class="skeleton" role="status" aria-label="Loading pictures">
      {Array.from({ length: 12 }, (_, at) => <i key={at} />)}
    </div>
  );
}

function Empty({ filtered }: { filtered: boolean }) {
  const { owner } = view.value.filters;
  if (filtered)
    return (
      <div class="empty">
        <h2>Nothing like that</h2>
        <p>No picture fits these filters.</p>
        <button class="button" type="button" onClick={() => filterBy(owner ? { owner } : {})}>Show all pictures</button>
      </div>
    );
  return (
    <div class="empty">
      <div class="lamp" aria-hidden="true" />
      <h2>The lamp is on</h2>
      <p>Drop photos anywhere on this page, paste them, or choose some.</p>
      <AddButton />
    </div>
  );
}

function useMore(lastLine: number, layout: Layout): void {
  const { album } = useRoom();
  const near = layout.lines.length > 0 && lastLine >= layout.lines.length - LINES_AHEAD;
  useEffect(() => {
    if (near && !album.done.value && album.phase.value === "ready") void album.more();
  }, [near, layout, album]);
}

function useBox(box: { current: HTMLElement | null }): { width: number; top: number } {
  const [size, setSize] = useState({ width: 0, top: 0 });
  useLayoutEffect(() => {
    const element = box.current as HTMLElement;
    const measure = (): void => {
      if (!element.clientWidth) return; // hidden: keep what was measured
      const top = Math.round(element.getBoundingClientRect().top + scrollY);
      setSize((old) => (old.width === element.clientWidth && old.top === top ? old : { width: element.clientWidth, top }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    for (const one of [element, document.body]) observer.observe(one);
    return () => observer.disconnect();
  }, [box]);
  return size;
}

const targetHeight = (width: number): number => (width < 520 ? 128 : width < 1000 ? 180 : 216);
