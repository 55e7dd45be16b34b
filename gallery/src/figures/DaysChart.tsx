/** Uploads per day; uPlot is loaded only when somebody looks. */

import type uPlot from "uplot";
import { useEffect, useRef } from "preact/hooks";
import { notLoaded } from "../api/problem";
import type { Day } from "../api/types";
import { Trouble } from "../parts/Trouble";
import { useLoaded } from "../parts/useLoaded";
import { number } from "../state/words";

const HEIGHT = 220;
const HALF_DAY = 43_200;

const loadPlot = (): Promise<{ default: typeof uPlot }> => import("uplot").catch(() => Promise.reject(notLoaded()));

export function DaysChart({ days }: { days: Day[] }) {
  const box = useRef<HTMLDivElement>(null);
  const { value: module, problem } = useLoaded(loadPlot, []);
  useEffect(() => (module ? draw(module.default, box.current as HTMLElement, days) : undefined), [module, days]);
  if (problem) return <Trouble words={problem} again={() => location.reload()} />;
  return <div class="days-chart" ref={box} role="img" aria-label="Uploads per day; the table below has the figures" />;
}

/** Draw the chart; returns how to take it away. */
function draw(Plot: typeof uPlot, box: HTMLElement, days: Day[]): () => void {
  const stop = new AbortController();
  const times = days.map(({ day }) => Date.parse(`${day}T00:00:00Z`) / 1000);
  const data: uPlot.AlignedData = [times, days.map((one) => one.objects), days.map((one) => one.rejected)];
  let plot = new Plot(options(Plot, box), data, box);
  const again = (): void => {
    plot.destroy();
    plot = new Plot(options(Plot, box), data, box);
  };
  const observer = new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height: HEIGHT }));
  observer.observe(box);
  for (const colours of ["(prefers-color-scheme: dark)", "print"])
    matchMedia(colours).addEventListener("change", again, { signal: stop.signal });
  return () => {
    stop.abort();
    observer.disconnect();
    plot.destroy();
  };
}

function options(Plot: typeof uPlot, box: HTMLElement): uPlot.Options {
  const style = getComputedStyle(box);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const bars = Plot.paths.bars?.({ size: [0.7, 26], radius: 0.15 });
  const axis = { stroke: colour("--muted"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false }, font: "12px 'Instrument Sans Variable', sans-serif" };
  return {
    width: box.clientWidth,
    height: HEIGHT,
    tzDate: (time) => Plot.tzDate(new Date(time * 1000), "UTC"),
    cursor: { y: false, points: { show: false } },
    legend: { live: true },
    axes: [{ ...axis, grid: { show: false }, values: (_, times) => times.map(dayOf) }, { ...axis, size: 46 }],
    scales: { x: { range: (_, first, last) => [first - HALF_DAY, last + HALF_DAY] }, y: { range: (_, __, most) => [0, Math.max(4, most * 1.1)] } },
    series: [
      { label: "Day", value: (_, time) => (time == null ? "" : dayOf(time)) },
      { label: "uploads", value: counted, fill: colour("--bar"), width: 0, paths: bars, points: { show: false } },
      { label: "refused", value: counted, fill: colour("--accent"), width: 0, paths: bars, points: { show: false } },
    ],
  };
}

const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
const dayOf = (time: number): string => day.format(time * 1000);
/** What nothing points at has no figure. */
const counted = (_: uPlot, value: number | null): string => (value == null ? "" : number(value));
