/** The states of one upload, and which may follow which. */

export type Phase = "waiting" | "sending" | "failed" | "sent" | "cancelled";

export type Happening =
  | { type: "start" }
  | { type: "progress"; bytes: number }
  | { type: "named"; id: string; key: string }
  | { type: "fail"; message: string }
  | { type: "finish" }
  | { type: "cancel" }
  | { type: "retry" };

export interface Upload {
  localId: string;
  name: string;
  bytes: number;
  type: string;
  preview: string | null;
  width: number | null;
  height: number | null;
  phase: Phase;
  sentBytes: number;
  id: string | null;
  key: string | null;
  message: string | null;
  startedAt: string;
}

const FROM: Record<Happening["type"], Phase[]> = {
  start: ["waiting"],
  progress: ["waiting", "sending"],
  named: ["waiting", "sending"],
  fail: ["waiting", "sending"],
  finish: ["waiting", "sending"],
  cancel: ["waiting", "sending", "failed"],
  retry: ["failed", "cancelled"],
};

/** Return the upload after what happened; what cannot happen in its phase changes nothing. */
export function after(upload: Upload, event: Happening): Upload {
  if (!FROM[event.type].includes(upload.phase)) return upload;
  switch (event.type) {
    case "start":
      return { ...upload, phase: "sending", message: null };
    case "progress":
      return { ...upload, phase: "sending", sentBytes: Math.min(event.bytes, upload.bytes) };
    case "named":
      return { ...upload, id: event.id, key: event.key };
    case "fail":
      return { ...upload, phase: "failed", message: event.message };
    case "finish":
      return { ...upload, phase: "sent", sentBytes: upload.bytes };
    case "cancel":
      return { ...upload, phase: "cancelled", sentBytes: 0 };
    case "retry":
      return { ...upload, phase: "waiting", sentBytes: 0, message: null };
  }
}

export interface Totals {
  files: number;
  sent: number;
  failed: number;
  active: number;
  bytes: number;
  sentBytes: number;
  share: number;
}

export function totals(uploads: Upload[]): Totals {
  const counted = uploads.filter(({ phase }) => phase !== "cancelled");
  const of = (phase: Phase): number => counted.filter((one) => one.phase === phase).length;
  const bytes = counted.reduce((sum, one) => sum + one.bytes, 0);
  const sentBytes = counted.reduce((sum, one) => sum + one.sentBytes, 0);
  const files = counted.length;
  const share = bytes ? sentBytes / bytes : files ? of("sent") / files : 0;
  const active = of("waiting") + of("sending");
  return { files, sent: of("sent"), failed: of("failed"), active, bytes, sentBytes, share };
}
