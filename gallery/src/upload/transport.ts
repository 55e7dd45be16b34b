/** Bytes to S3: a form post for a small file, parts for a large one. */

import type { Routes } from "../api/routes";
import type { Grant, MultipartGrant } from "../api/types";

const PARTS_AT_ONCE = 3;
const URLS_AT_ONCE = 20;
const TRIES = 3;

export interface Sending {
  file: File | Blob;
  signal: AbortSignal;
  onProgress: (bytes: number) => void;
}

export async function sendForm(grant: Grant, { file, signal, onProgress }: Sending): Promise<void> {
  const form = new FormData();
  for (const [name, value] of Object.entries(grant.fields)) form.append(name, value);
  form.append("file", file);
  await request("POST", grant.url, form, signal, (sent) => onProgress(Math.min(sent, file.size)));
}

export async function sendParts(
  api: Routes["multipart"], grant: MultipartGrant, sending: Sending,
): Promise<void> {
  const progress = new Map<number, number>();
  const onPart = (part: number, bytes: number): void => {
    progress.set(part, bytes);
    sending.onProgress([...progress.values()].reduce((sum, one) => sum + one, 0));
  };
  try {
    const parts = await allParts(api, grant, sending, onPart);
    await api.complete(grant.id, grant.upload_id, parts);
  } catch (error) {
    await api.abort(grant.id, grant.upload_id).catch(() => undefined); // a lifecycle rule removes what stays
    throw error;
  }
}

type Sent = { part_number: number; etag: string };

async function allParts(
  api: Routes["multipart"], grant: MultipartGrant, sending: Sending,
  onPart: (part: number, bytes: number) => void,
): Promise<Sent[]> {
  const sent: Sent[] = [];
  for (const numbers of chunks(countTo(grant.parts), URLS_AT_ONCE)) {
    const { urls } = await api.urls(grant.id, grant.upload_id, numbers);
    const one = async (part: number): Promise<void> => {
      sent.push(await onePart(part, urls[part] as string, grant, sending, onPart));
    };
    await eachOf(numbers, PARTS_AT_ONCE, one);
  }
  return sent.sort((a, b) => a.part_number - b.part_number);
}

async function onePart(
  part: number, url: string, grant: MultipartGrant, { file, signal }: Sending,
  onPart: (part: number, bytes: number) => void,
): Promise<Sent> {
  const blob = file.slice((part - 1) * grant.part_bytes, part * grant.part_bytes);
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await request("PUT", url, blob, signal, (bytes) => onPart(part, bytes));
      const etag = answer.getResponseHeader("etag");
      if (!etag) throw new Error("The storage did not confirm a part (no ETag).");
      return { part_number: part, etag };
    } catch (error) {
      if (attempt === TRIES || signal.aborted) throw error;
    }
  }
}

function request(
  method: string, url: string, body: FormData | Blob, signal: AbortSignal,
  onProgress: (bytes: number) => void,
): Promise<XMLHttpRequest> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest(); // fetch does not tell how far an upload is
    xhr.open(method, url);
    xhr.upload.addEventListener("progress", (event) => onProgress(event.loaded));
    xhr.addEventListener("load", () =>
      xhr.status < 300 ? resolve(xhr) : reject(new Error(refusal(xhr))),
    );
    xhr.addEventListener("error", () => reject(new Error("The connection was lost.")));
    xhr.addEventListener("abort", () => reject(new DOMException("Cancelled", "AbortError")));
    signal.addEventListener("abort", () => xhr.abort(), { once: true });
    if (signal.aborted) reject(new DOMException("Cancelled", "AbortError"));
    else xhr.send(body);
  });
}

function refusal(xhr: XMLHttpRequest): string {
  const message = /<Message>([^<]+)<\/Message>/.exec(xhr.responseText)?.[1];
  return `The storage refused the file: ${message ?? `error ${xhr.status}`}.`;
}

export const countTo = (last: number): number[] => Array.from({ length: last }, (_, at) => at + 1);

export function chunks<T>(values: T[], size: number): T[][] {
  const count = Math.ceil(values.length / size);
  return Array.from({ length: count }, (_, at) => values.slice(at * size, (at + 1) * size));
}

/** Run over all values, a few at once; the first failure ends it. */
export async function eachOf<T>(
  values: T[], atOnce: number, action: (value: T) => Promise<void>,
): Promise<void> {
  const rest = values[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (let next = rest.next(); !next.done; next = rest.next()) await action(next.value);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, values.length) }, worker));
}
