/** Figures, times and reasons as people read them. */

const REASONS: Record<string, string> = {
  FOLDER_MARKER: "This is an empty folder, not a picture.",
  EMPTY: "The file is empty.",
  TOO_LARGE_BYTES: "The file is too large.",
  TOO_MANY_PIXELS: "The picture has too many pixels to decode.",
  TOO_MANY_FRAMES: "The picture has too many frames or pages.",
  NOT_AN_IMAGE: "The file is not a picture.",
  UNSUPPORTED_FORMAT: "This format is not taken.",
  ENCRYPTED_OR_ENCODED: "The picture is wrapped in something else, such as gzip.",
  TRUNCATED: "The file ends too early: the upload broke off.",
  CORRUPT: "The picture is damaged and cannot be decoded.",
  TIMED_OUT: "Decoding the picture took too long.",
  OUT_OF_MEMORY: "Decoding the picture took too much memory.",
  ARCHIVED: "The file is in an archive. It develops by itself once it is restored.",
  UNREADABLE: "The file is encrypted with a key that only its uploader has.",
};

export const REASON_CODES = Object.keys(REASONS);
export const FORMATS = ["JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "AVIF", "HEIF"];
export const STATES = { READY: "Ready", DEVELOPING: "Developing", REJECTED: "Refused" };

/** Say why a picture is refused; `hint` is what the API says of a reason that is not known here. */
export const reasonInWords = (reason?: string | null, hint?: string | null): string =>
  REASONS[reason ?? ""] ?? (sentence(hint ?? reason?.toLowerCase().replaceAll("_", " ")) || "Refused.");

export const sentence = (text?: string | null): string =>
  text ? text.charAt(0).toUpperCase() + text.slice(1).replace(/\.?$/, ".") : "";

export const reasonInShort = (reason: string): string =>
  reason.charAt(0) + reason.slice(1).toLowerCase().replaceAll("_", " ");

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];

export function bytesInWords(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 1000 && unit < UNITS.length - 1) [value, unit] = [value / 1000, unit + 1];
  const digits = unit > 0 && value < 10 ? 1 : 0;
  return new Intl.NumberFormat("en", {
    style: "unit", unit: UNITS[unit], unitDisplay: unit ? "short" : "long", maximumFractionDigits: digits,
  }).format(value); // prettier-ignore
}

export const number = (value: number): string => new Intl.NumberFormat("en").format(value);

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${number(count)} ${count === 1 ? one : many}`;

export function dayInWords(day: string, today = new Date()): string {
  const at = new Date(`${day}T12:00:00`);
  const days = Math.round((midday(today).getTime() - at.getTime()) / 86_400_000);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  return new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long" }).format(at);
}

/** What the day's name leaves out: all of the date, or only the year. */
export function dateInWords(day: string, today = new Date()): string {
  const named = ["Today", "Yesterday"].includes(dayInWords(day, today));
  const at = new Date(`${day}T12:00:00`);
  return named ? new Intl.DateTimeFormat("en-GB", { dateStyle: "long" }).format(at) : day.slice(0, 4);
}

const midday = (date: Date): Date =>
  new Date(date.getFullYear(), date.getMonth(), date.getDate(), 12);

export const timeInWords = (time: string): string =>
  new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" }).format(new Date(time));

export const nameOf = (key: string): string => key.split("/").filter(Boolean).at(-1) ?? key;

/** In a sentence, a name from right to left would turn the words around it. */
export const apart = (name: string): string => (/^[\x20-\x7e]*$/.test(name) ? name : `\u2066${name}\u2069`);

export const folderOf = (key: string): string => key.split("/").slice(0, -1).join("/");

export const milliseconds = (value: number): string =>
  value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`;
