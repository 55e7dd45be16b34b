import { describe, expect, it } from "vitest";
import { csvOf } from "../src/figures/table";
import { wholeReport, wholeUsage } from "../src/figures/whole";

const counts = { objects: 3, bytes: 900, rejected: 1 };
const report = {
  from: "2026-11-20", to: "2026-11-21", totals: { ...counts, by_state: { READY: { JPEG: { objects: 2, bytes: 800 } } } }, days: [{ day: "2026-11-21", ...counts }],
  refusals: { CORRUPT: 1 }, owners: [{ owner: "alice", ...counts }], owners_cursor: null, latency: { p50: 1430, p95: 3120, p99: 6870 }, drift: { objects: 7, found: { LOST: 1 } },
};

describe("a page of figures as one table", () => {
  it("has each day, refusal, latency and finding of the report", () => {
    expect(csvOf(wholeReport(report)).trim().split("\r\n").slice(1)).toEqual([
      "total,2026-11-20 to 2026-11-21,3,900,1,,",
      "day,2026-11-20,0,0,0,,",
      "day,2026-11-21,3,900,1,,",
      "refusal,CORRUPT,1,,,,",
      "format,JPEG,2,800,,,",
      "owner,alice,3,900,1,,",
      "latency,p50,,,,1430,",
      "latency,p95,,,,3120,",
      "latency,p99,,,,6870,",
      "sweep,objects,,,,,7",
      'sweep,found,,,,,"{""LOST"":1}"',
    ]);
  });
  it("says why there is no latency", () => {
    const { rows } = wholeReport({ ...report, latency: null, latency_missing: "not measured", drift: null });
    expect(rows.at(-1)).toEqual(["latency", "missing", "", "", "", "", "not measured"]);
  });
  it("has the formats, refusals and owners of the usage", () => {
    const usage = { owner: "alice", ...counts, by_state: { READY: { JPEG: { objects: 2, bytes: 800 } } } };
    const { rows } = wholeUsage(usage, [{ owner: "=bob", ...counts }]);
    expect(rows.map(([section, name]) => `${section} ${name}`)).toEqual(["total alice", "format JPEG", "owner =bob"]);
  });
});
