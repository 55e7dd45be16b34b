/** The API's routes, by what they are for. */

import type { Client, Query } from "./client";
import { pictureOf } from "./picture";
import type * as t from "./types";

const at = (id: string): string => `/images/${encodeURIComponent(id)}`;

export function routes(client: Client) {
  return {
    me: () => client.get<t.Me>("/me"),
    images: (query: Query, signal?: AbortSignal) => client.get<t.Page>("/images", query, signal),
    picture: async (id: string, signal?: AbortSignal): Promise<t.Picture> =>
      pictureOf(await client.get<t.PictureAnswer>(at(id), {}, signal)),
    similar: (id: string, signal?: AbortSignal) =>
      client.get<t.Similar>(`${at(id)}/similar`, {}, signal),
    remove: (id: string) => client.send<{ id: string; key: string }>("DELETE", at(id)),
    restore: (id: string) => client.send("POST", `${at(id)}/restore`),
    owners: (cursor?: string | null) =>
      client.get<{ owners: t.OwnerTotals[]; cursor: string | null }>("/owners", { cursor }),
    usage: (owner: string) => client.get<t.Usage>(`/owners/${encodeURIComponent(owner)}/usage`),
    report: (from: string, to: string) => client.get<t.Report>("/report", { from, to }),
    grants: (files: UploadAsk[], owner?: string) =>
      client.send<{ uploads: t.Grant[] }>("POST", "/uploads", { files, owner }),
    multipart: multipart(client),
  };
}

export interface UploadAsk {
  name: string;
  bytes: number;
  content_type: string;
}

function multipart(client: Client) {
  const of = (id: string): string => `/multipart-uploads/${encodeURIComponent(id)}`;
  return {
    begin: (file: UploadAsk, owner?: string) =>
      client.send<t.MultipartGrant>("POST", "/multipart-uploads", { ...file, owner }),
    urls: (id: string, upload_id: string, part_numbers: number[]) =>
      client.send<{ urls: Record<string, string> }>("POST", `${of(id)}/parts`, {
        upload_id,
        part_numbers,
      }),
    complete: (id: string, upload_id: string, parts: { part_number: number; etag: string }[]) =>
      client.send("POST", `${of(id)}/complete`, { upload_id, parts }),
    abort: (id: string, upload_id: string) =>
      client.send("DELETE", `${of(id)}?upload_id=${encodeURIComponent(upload_id)}`),
  };
}

export type Routes = ReturnType<typeof routes>;

/** All owners that the caller may see, page after page. */
export async function allOwners(api: Routes): Promise<t.OwnerTotals[]> {
  const owners: t.OwnerTotals[] = [];
  let cursor: string | null = null;
  do {
    const page: { owners: t.OwnerTotals[]; cursor: string | null } = await api.owners(cursor);
    owners.push(...page.owners);
    cursor = page.cursor;
  } while (cursor);
  return owners;
}
