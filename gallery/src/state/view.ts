/** What one looks at, as the address tells it: filters in the query string, the place in the hash. */

export const FILTERS = [
  "owner", "state", "format", "reason", "camera", "uploaded_from", "uploaded_to",
  "taken_from", "taken_to", "min_width", "min_height", "min_bytes", "max_bytes", "sort",
] as const; // prettier-ignore

export type FilterName = (typeof FILTERS)[number];
export type Filters = Partial<Record<FilterName, string>>;

export type Place =
  | { name: "grid" }
  | { name: "picture"; id: string }
  | { name: "usage" }
  | { name: "report" };

export interface View {
  filters: Filters;
  place: Place;
}

const NUMBERS = new Set<FilterName>(["min_width", "min_height", "min_bytes", "max_bytes"]);
const DEFAULT_SORT = "-uploaded";

export function readView(url: { search: string; hash: string }): View {
  const query = new URLSearchParams(url.search);
  const filters: Filters = {};
  for (const name of FILTERS) {
    const value = query.get(name)?.trim();
    if (value && !(NUMBERS.has(name) && !/^\d+$/.test(value))) filters[name] = value;
  }
  return { filters, place: readPlace(url.hash) };
}

export function writeView({ filters, place }: View): string {
  const query = new URLSearchParams();
  for (const name of FILTERS) {
    const value = filters[name];
    if (value && !(name === "sort" && value === DEFAULT_SORT)) query.set(name, value);
  }
  const text = query.toString();
  return `/${text && `?${text}`}${writePlace(place)}`;
}

export function writePlace(place: Place): string {
  if (place.name === "grid") return "";
  return place.name === "picture" ? `#/picture/${place.id}` : `#/${place.name}`;
}

function readPlace(hash: string): Place {
  const picture = /^#\/picture\/([A-Za-z0-9_-]+)$/.exec(hash);
  if (picture?.[1]) return { name: "picture", id: picture[1] };
  if (hash === "#/usage") return { name: "usage" };
  return hash === "#/report" ? { name: "report" } : { name: "grid" };
}

/** Change one filter; what cannot go together with it is let go of. */
export function withFilter(filters: Filters, name: FilterName, value: string): Filters {
  const changed: Filters = { ...filters };
  if (value) changed[name] = value;
  else delete changed[name];
  return consistent(changed, name);
}

function consistent(filters: Filters, changed: FilterName): Filters {
  const kept = { ...filters };
  const byTaken = (changed.startsWith("taken_") && kept[changed]) || kept.sort?.endsWith("taken");
  if (changed.startsWith("uploaded_") && kept[changed]) drop(kept, "taken_from", "taken_to");
  else if (byTaken) drop(kept, "uploaded_from", "uploaded_to");
  const taken = Boolean(kept.taken_from || kept.taken_to);
  if (taken && !kept.sort?.endsWith("taken")) kept.sort = "-taken";
  if (changed.startsWith("uploaded_") && kept.sort?.endsWith("taken")) delete kept.sort;
  if (changed === "sort" && taken && !kept.sort?.endsWith("taken"))
    drop(kept, "taken_from", "taken_to");
  if (kept.reason && changed === "reason") Object.assign(kept, { state: "REJECTED" });
  if (kept.reason && kept.state !== "REJECTED") delete kept.reason;
  return kept;
}

function drop(filters: Filters, ...names: FilterName[]): void {
  for (const name of names) delete filters[name];
}

export const sortOf = (filters: Filters): string => filters.sort ?? DEFAULT_SORT;

/** How many filters narrow the view: owner and order do not. */
export const narrowing = (filters: Filters): number =>
  Object.keys(filters).filter((name) => name !== "owner" && name !== "sort").length;

/** Whether a picture that is uploaded now would show first. */
export function showsNewest(filters: Filters): boolean {
  const state = filters.state;
  const narrowed = narrowing(filters) - (state ? 1 : 0);
  return sortOf(filters) === DEFAULT_SORT && !narrowed && (!state || state === "DEVELOPING");
}
