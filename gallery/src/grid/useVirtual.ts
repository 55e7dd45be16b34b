/** TanStack's virtualizer on the window, for lines whose heights are known. */

import {
  observeWindowOffset, observeWindowRect, type VirtualItem, Virtualizer, windowScroll,
} from "@tanstack/virtual-core"; // prettier-ignore
import { useLayoutEffect, useReducer, useRef } from "preact/hooks";

export interface Virtual {
  items: VirtualItem[];
  scrollTo: (line: number) => void;
}

export function useVirtual(heights: number[], offsetTop: number, keep: number): Virtual {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const holder = useRef<Virtualizer<Window, HTMLElement>>();
  const options = {
    count: heights.length,
    estimateSize: (line: number) => heights[line] ?? 0,
    scrollMargin: offsetTop,
    overscan: 4,
    getScrollElement: () => window,
    observeElementRect: observeWindowRect,
    observeElementOffset: observeWindowOffset,
    scrollToFn: windowScroll,
    initialOffset: () => window.scrollY,
    scrollPaddingStart: 130,
    scrollPaddingEnd: 24,
    onChange: () => redraw(0),
    rangeExtractor: ({ startIndex, endIndex, overscan, count }: {
      startIndex: number; endIndex: number; overscan: number; count: number;
    }) => withKept(Math.max(0, startIndex - overscan), Math.min(count - 1, endIndex + overscan), keep),
  };
  holder.current ??= new Virtualizer<Window, HTMLElement>(options);
  const virtualizer = holder.current;
  virtualizer.setOptions(options);
  const seen = useRef<number[]>();
  if (seen.current !== heights) {
    seen.current = heights;
    virtualizer.measure();
  }
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer]);
  useLayoutEffect(() => virtualizer._willUpdate());
  return {
    items: virtualizer.getVirtualItems(),
    scrollTo: (line) => virtualizer.scrollToIndex(line, { align: "auto" }),
  };
}

/** The line that holds the focus stays drawn wherever one scrolls. */
function withKept(first: number, last: number, keep: number): number[] {
  const lines = Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at);
  if (keep < 0 || (keep >= first && keep <= last)) return lines;
  return keep < first ? [keep, ...lines] : [...lines, keep];
}
