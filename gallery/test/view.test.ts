import { describe, expect, it } from "vitest";
import { readView, showsNewest, withFilter, writeView } from "../src/state/view";

const at = (address: string) => readView(new URL(address, "https://gallery.example"));

describe("the address", () => {
  it("tells the whole view, there and back", () => {
    const address = "/?owner=alice&state=REJECTED&reason=CORRUPT&min_bytes=5000&sort=uploaded#/picture/YS9i";
    expect(writeView(at(address))).toBe(address);
  });
  it("leaves out what is the default", () => {
    expect(writeView({ filters: { sort: "-uploaded" }, place: { name: "grid" } })).toBe("/");
  });
  it("is not believed when it makes no sense", () => {
    expect(at("/?min_width=wide&colour=red#/picture/../x")).toEqual({ filters: {}, place: { name: "grid" } });
  });
  it("forgets the code that a login came back with", () => {
    expect(writeView(at("/?code=abc&state=xyz"))).toBe("/?state=xyz"); // the login is finished before it is read
  });
});

describe("filters", () => {
  it("by when it was taken go with that order, and without the time of upload", () => {
    expect(withFilter({ uploaded_from: "2026-11-01" }, "taken_from", "2026-07-01")).toEqual({
      taken_from: "2026-07-01", sort: "-taken",
    });
    expect(withFilter({ taken_from: "2026-07-01", sort: "-taken" }, "uploaded_from", "2026-11-01")).toEqual({
      uploaded_from: "2026-11-01",
    });
  });
  it("by a reason mean refused pictures, and end with them", () => {
    expect(withFilter({}, "reason", "CORRUPT")).toEqual({ reason: "CORRUPT", state: "REJECTED" });
    expect(withFilter({ reason: "CORRUPT", state: "REJECTED" }, "state", "READY")).toEqual({ state: "READY" });
  });
  it("decide whether an upload would show first", () => {
    expect(showsNewest({ owner: "alice" })).toBe(true);
    expect(showsNewest({ state: "DEVELOPING" })).toBe(true);
    expect(showsNewest({ state: "READY" })).toBe(false);
    expect(showsNewest({ sort: "uploaded" })).toBe(false);
    expect(showsNewest({ format: "PNG" })).toBe(false);
  });
});
