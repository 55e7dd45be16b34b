import { describe, expect, it } from "vitest";
import { queryString } from "../src/api/client";
import { inWords } from "../src/api/problem";
import { csvOf, everyDay } from "../src/figures/table";
import { Patience } from "../src/state/patience";
import { bytesInWords, dayInWords, nameOf, plural, reasonInWords } from "../src/state/words";
import { ofPaste } from "../src/upload/files";

describe("problems", () => {
  it("name what is meant as people do", () => {
    const errors = [{ where: "body.files[0].name", what: "is too long" }, { where: "query.min_width", what: "is no number" }];
    expect(inWords(400, { errors })).toBe("Name: is too long. Min width: is no number.");
  });
  it("are said with where, what, and what would be possible", () => {
    const errors = [{ where: "query.sort", what: "is not known", allowed: ["uploaded", "taken"] }];
    expect(inWords(400, { errors })).toBe("Sort: is not known (possible: uploaded, taken).");
    expect(inWords(400, { detail: "Name an owner.", allowed: ["alice"] })).toBe("Name an owner. Possible: alice.");
    expect(inWords(500, {})).toBe("Something went wrong (500).");
  });
});

describe("words", () => {
  it("name days, sizes, files", () => {
    const today = new Date("2026-11-21T08:00:00");
    expect(dayInWords("2026-11-21", today)).toBe("Today");
    expect(dayInWords("2026-11-20", today)).toBe("Yesterday");
    expect(dayInWords("2026-11-07", today)).toMatch(/Saturday,? 7 November/);
    expect([bytesInWords(1), bytesInWords(1234), bytesInWords(5_400_000)]).toEqual(["1 byte", "1.2 kB", "5.4 MB"]);
    expect([plural(1, "file"), plural(2000, "file")]).toEqual(["1 file", "2,000 files"]);
    expect(nameOf("alice/2026/a.jpg")).toBe("a.jpg");
  });
  it("go into a query without what is empty", () => {
    expect(queryString({ owner: "a&b", cursor: null, limit: 5, camera: "" })).toBe("?owner=a%26b&limit=5");
  });
});

describe("a table as CSV", () => {
  it("is quoted, and no spreadsheet runs it", () => {
    const rows = [['=cmd|"x"', 1], ["a,b", -2]];
    expect(csvOf({ name: "t", columns: ["Name", "N"], rows })).toBe('Name,N\r\n"\'=cmd|""x""",1\r\n"a,b",-2\r\n');
  });
});

describe("days of a report", () => {
  it("are all there, those without uploads, too", () => {
    const told = [{ day: "2026-11-30", objects: 3, bytes: 9, rejected: 1 }];
    const days = everyDay("2026-11-29", "2026-12-01", told);
    expect(days.map(({ day, objects }) => [day, objects])).toEqual([["2026-11-29", 0], ["2026-11-30", 3], ["2026-12-01", 0]]);
  });
});

describe("reasons", () => {
  it("are said in words, those unknown here in the API's", () => {
    expect(reasonInWords("EMPTY", "an empty file")).toBe("The file is empty.");
    expect(reasonInWords("SOMETHING_NEW", "a new kind")).toBe("A new kind.");
    expect(reasonInWords("SOMETHING_NEW")).toBe("Something new.");
  });
});

describe("patience", () => {
  const now = { hidden: false, developing: true, sinceUserMs: 0 };
  it("looks soon, then less and less often, and soon again after news", () => {
    const patience = new Patience();
    const waits = Array.from({ length: 12 }, () => patience.wait(now) ?? 0);
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(waits.at(-1)).toBe(8000);
    patience.renew();
    expect(patience.wait(now)).toBe(waits[0]);
  });
  it("stops while nobody looks", () => {
    expect(new Patience().wait({ ...now, hidden: true })).toBeNull();
    expect(new Patience().wait({ ...now, sinceUserMs: 3_600_000 })).toBeNull();
  });
});

describe("pasted pictures", () => {
  it("get names of their own", () => {
    const files = [new File([], "image.png"), new File([], "image.png"), new File([], "cat.jpg")];
    const chosen = ofPaste({ files } as unknown as DataTransfer, new Date("2026-11-21T08:09:10Z"));
    expect(chosen.map(({ name }) => name)).toEqual(["pasted-2026-11-21-08-09-10.png", "pasted-2026-11-21-08-09-10-2.png", "cat.jpg"]);
  });
});
