import { describe, expect, it } from "vitest";
import { after, type Happening, totals, type Upload } from "../src/upload/machine";
import { chunks, eachOf } from "../src/upload/transport";

const anyUpload = (changes: Partial<Upload> = {}): Upload => ({
  localId: "l1", name: "a.jpg", bytes: 100, type: "image/jpeg", preview: null, width: null, height: null,
  phase: "waiting", sentBytes: 0, id: null, key: null, message: null, startedAt: "2026-11-21T12:00:00Z", ...changes,
});
const through = (...events: Happening[]): Upload => events.reduce(after, anyUpload());

describe("an upload", () => {
  it("goes from waiting to sent", () => {
    const upload = through({ type: "start" }, { type: "named", id: "i", key: "k" }, { type: "progress", bytes: 40 }, { type: "finish" });
    expect([upload.phase, upload.sentBytes, upload.id]).toEqual(["sent", 100, "i"]);
  });
  it("can be tried again from the beginning", () => {
    const failed = through({ type: "start" }, { type: "progress", bytes: 40 }, { type: "fail", message: "no" });
    expect([failed.phase, failed.message]).toEqual(["failed", "no"]);
    expect(after(failed, { type: "retry" })).toMatchObject({ phase: "waiting", sentBytes: 0, message: null });
  });
  it("hears nothing of late progress once it is cancelled or sent", () => {
    for (const end of [{ type: "cancel" }, { type: "finish" }] as Happening[]) {
      const ended = through({ type: "start" }, end);
      expect(after(ended, { type: "progress", bytes: 1 })).toBe(ended);
      expect(after(ended, { type: "fail", message: "late" })).toBe(ended);
    }
  });
  it("never sends more than it has: a form is larger than its file", () => {
    expect(through({ type: "progress", bytes: 400 }).sentBytes).toBe(100);
  });
});

describe("all uploads", () => {
  it("add up by bytes, without the cancelled", () => {
    const uploads = [
      anyUpload({ phase: "sent", sentBytes: 100 }), anyUpload({ bytes: 300 }),
      anyUpload({ phase: "cancelled", bytes: 900 }), anyUpload({ phase: "failed", bytes: 0 }),
    ];
    expect(totals(uploads)).toMatchObject({ files: 3, sent: 1, failed: 1, active: 1, bytes: 400, share: 0.25 });
  });
  it("go in batches, a few at once", async () => {
    expect(chunks([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
    let [now, most] = [0, 0];
    await eachOf([1, 2, 3, 4, 5, 6], 3, async () => {
      most = Math.max(most, ++now);
      await new Promise((done) => setTimeout(done, 1));
      now--;
    });
    expect(most).toBe(3);
  });
});
