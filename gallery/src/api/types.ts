/** What the API answers; see functions/query_catalog/openapi.json. */

export type State = "READY" | "REJECTED" | "DEVELOPING";

export interface Rendition {
  url: string;
  width: number;
  height: number;
  bytes?: number;
  content_type?: string;
}

export interface Tile {
  id: string;
  key: string;
  owner: string;
  version_id?: string | null;
  state: State;
  reason?: string | null;
  detail?: string | null;
  hint?: string | null;
  format?: string | null;
  width?: number | null;
  height?: number | null;
  bytes?: number | null;
  content_type?: string | null;
  camera?: string | null;
  taken_at?: string | null;
  uploaded_at: string;
  placeholder?: string | null;
  dominant_colour?: string | null;
  thumbnail?: Rendition | null;
  variants?: Record<string, Rendition> | null;
  distance?: number;
}

export interface Page {
  images: Tile[];
  cursor: string | null;
  scanned: number;
}

export interface Version {
  version_id: string;
  size: number | null;
  last_modified: string;
  is_latest: boolean;
  delete_marker: boolean;
}

export type Attributes = Record<string, unknown>;

export interface PictureAnswer extends Pick<Tile, "id" | "key" | "state" | "reason" | "detail" | "hint" | "variants"> {
  metadata?: Attributes | null;
  thumbnails?: Attributes | null;
  versions?: Version[];
  original?: { url: string } | null;
}

export type Picture = Tile & PictureAnswer;

export interface Similar {
  same_content: Tile[];
  near: Tile[];
}

export interface Me {
  owner: string | null;
  admin: boolean;
  upload_prefix: string | null;
}

export interface Counts {
  objects: number;
  bytes: number;
}

export interface OwnerTotals extends Counts {
  owner: string;
  rejected: number;
}

export interface Usage extends OwnerTotals {
  thumbnails_bytes?: number | null;
  by_state: ByState;
}

/** By state, then by format or reason. */
export type ByState = Record<string, Record<string, Counts>>;

export interface Day extends Counts {
  day: string;
  rejected: number;
}

export interface Report {
  from: string;
  to: string;
  totals: Counts & { rejected: number; by_state: ByState };
  /** Only those on which there was something. */
  days: Day[];
  refusals: Record<string, number>;
  /** What they store now, whatever the days; the first by name. */
  owners: OwnerTotals[];
  owners_cursor: string | null;
  latency: { p50: number; p95: number; p99: number } | null;
  latency_missing?: string | null;
  drift: Attributes | null;
}

export interface Grant {
  key: string;
  id: string;
  url: string;
  fields: Record<string, string>;
  expires_at: string;
}

export interface MultipartGrant {
  key: string;
  id: string;
  upload_id: string;
  part_bytes: number;
  parts: number;
}
