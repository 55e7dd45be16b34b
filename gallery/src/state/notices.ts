/** What the page says in passing: to the eye as a notice, to the ear as an announcement. */

import { signal } from "@preact/signals";

const SHOWN_MS = 9_000;

export interface Notice {
  number: number;
  text: string;
  bad: boolean;
  action?: { label: string; run: () => void };
}

export const notices = signal<Notice[]>([]);
export const announcement = signal("");
let last = 0;

/** Say something; returns the number to dismiss it by. */
export function notify(text: string, options: Partial<Omit<Notice, "number" | "text">> = {}): number {
  const notice = { bad: false, ...options, number: ++last, text };
  const others = notices.value.filter((one) => one.text !== text).slice(-2);
  notices.value = [...others, notice];
  setTimeout(() => dismiss(notice.number), SHOWN_MS);
  return notice.number;
}

export function dismiss(number: number): void {
  notices.value = notices.value.filter((one) => one.number !== number);
}

export function announce(text: string): void {
  announcement.value = text;
}

/** Run a notice's action, such as undo, and dismiss the notice: a second click does nothing. */
export function act(notice: Notice): void {
  if (!notices.value.includes(notice)) return;
  dismiss(notice.number);
  notice.action?.run();
}

export function actOnNewest(): boolean {
  const notice = notices.value.findLast((one) => one.action);
  if (notice) act(notice);
  return Boolean(notice);
}
