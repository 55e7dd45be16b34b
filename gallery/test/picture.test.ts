import { describe, expect, it } from "vitest";
import { pictureOf } from "../src/api/picture";
import type { PictureAnswer } from "../src/api/types";

const any: PictureAnswer = { id: "YQ", key: "alice/a.jpg", state: "DEVELOPING" };
const edge = (width: number) => ({ url: `/${width}`, width, height: width / 2 });

describe("a picture's answer", () => {
  it("is shown by what its facets tell", () => {
    const metadata = { owner: "alice", width: 800, height: 1200, uploaded_at: "2026-11-21T12:00:00.000Z", rev: 7 };
    const picture = pictureOf({ ...any, state: "READY", metadata, thumbnails: { placeholder: "abc" } });
    expect(picture).toMatchObject({ width: 800, height: 1200, placeholder: "abc", state: "READY" });
    expect(picture).not.toHaveProperty("rev");
  });
  it("has the time of its upload from the bucket while no facet is there", () => {
    const version = { version_id: "1", size: 5, last_modified: "2026-11-21T12:00:00.000Z", is_latest: true, delete_marker: false };
    expect(pictureOf({ ...any, versions: [version] })).toMatchObject({ owner: "alice", uploaded_at: version.last_modified });
  });
  it("has the smallest variant for the grid that is sharp there", () => {
    const variants = { small: edge(128), large: edge(1024), medium: edge(512) };
    expect(pictureOf({ ...any, variants }).thumbnail?.width).toBe(512);
    expect(pictureOf({ ...any, variants: { small: edge(128) } }).thumbnail?.width).toBe(128);
    expect(pictureOf(any).thumbnail).toBeNull();
  });
});
