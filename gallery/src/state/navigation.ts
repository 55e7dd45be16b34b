/** The view and the browser's history, kept in step. */

import { signal } from "@preact/signals";
import { type Filters, type Place, readView, type View, writePlace, writeView } from "./view";

export const view = signal<View>(readView(location));

export function go(to: Partial<View>, replace = false): void {
  const next = { ...view.value, ...to };
  const address = writeView(next);
  if (address === writeView(view.value)) return;
  history[replace ? "replaceState" : "pushState"]({ inside: true }, "", address);
  view.value = next;
}

export const goTo = (place: Place): void => go({ place });
export const filterBy = (filters: Filters): void => go({ filters, place: { name: "grid" } });

let closing = false;

/** Close a place that lies over the grid: back, if one came from here. */
export function close(): void {
  if (closing) return; // a second click would leave the page
  closing = Boolean((history.state as { inside?: boolean } | null)?.inside);
  if (closing) history.back();
  else go({ place: { name: "grid" } }, true);
}

export const addressOf = (place: Place): string =>
  writePlace(place) || location.pathname + location.search;

function follow(): void {
  closing = false;
  view.value = readView(location);
}

export function startNavigation(): void {
  addEventListener("popstate", follow);
  addEventListener("hashchange", follow);
  document.addEventListener("click", ownLink);
}

/** Links within the page change the view without loading it anew. */
function ownLink(event: MouseEvent): void {
  const link = (event.target as Element | null)?.closest?.("a");
  if (!link || event.defaultPrevented || event.button || modified(event)) return;
  if (link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
  if (link.pathname !== "/" || link.getAttribute("href") === "#main") return;
  event.preventDefault();
  go(readView(link));
}

const modified = (event: MouseEvent): boolean =>
  event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
