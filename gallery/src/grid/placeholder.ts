/** ThumbHashes as small pictures, each decoded once. */

import { thumbHashToDataURL } from "thumbhash";

const MOST = 3000;
const decoded = new Map<string, string | null>();

export function placeholderOf(hash?: string | null): string | null {
  if (!hash) return null;
  const known = decoded.get(hash);
  if (known !== undefined) return known;
  if (decoded.size > MOST) decoded.clear();
  const url = decode(hash);
  decoded.set(hash, url);
  return url;
}

function decode(hash: string): string | null {
  try {
    return thumbHashToDataURL(Uint8Array.from(atob(hash), (char) => char.charCodeAt(0)));
  } catch {
    return null; // the dominant colour has to do
  }
}
