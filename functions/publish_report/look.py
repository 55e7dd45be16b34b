"""How the page looks: by day, by night and on paper."""

STYLE = """
:root {
  color-scheme: light dark;
  --page: #f6f5f2; --card: #ffffff; --ink: #1d1c1a; --soft: #65625c; --line: #e4e1da;
  --lower: #2f6f8f; --upper: #c4562c; --good: #2c7a4b; --bad: #b3261e; --partly: #8a6100;
  --good-wash: #e8f3ec; --bad-wash: #fbe9e7; --partly-wash: #fbf2dc;
}
@media (prefers-color-scheme: dark) { :root {
  --page: #141413; --card: #1e1d1c; --ink: #eceae5; --soft: #a5a19a; --line: #35332f;
  --lower: #6fb3d2; --upper: #ec8a5e; --good: #7ecb9b; --bad: #ff9d94; --partly: #e6bb5c;
  --good-wash: #1a2a20; --bad-wash: #331b19; --partly-wash: #2c2516;
} }
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2.5rem 1.25rem 3rem; max-width: 60rem;
  background: var(--page); color: var(--ink);
  font: 1rem/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
}
h1, h2, h3, p, dl, dd, figure { margin: 0; }
h1 { font-size: 2.1rem; line-height: 1.15; font-weight: 650; letter-spacing: -0.02em; }
h2 { font-size: 1.15rem; line-height: 1.3; font-weight: 650; letter-spacing: -0.005em; }
h3 { margin-top: 1.5rem; font-size: 0.95rem; font-weight: 600; }
.eyebrow { margin-bottom: 0.35rem; color: var(--soft); font-size: 0.85rem; font-weight: 600;
  letter-spacing: 0.04em; }
.lead { color: var(--soft); font-size: 0.92rem; }
header .lead { margin-top: 0.5rem; }
main { display: grid; gap: 1.1rem; margin-top: 1.75rem; }
main > *, .pair > * { min-width: 0; }
.card, .tiles > div, .verdict { background: var(--card); border: 1px solid var(--line);
  border-radius: 0.75rem; }
.card { padding: 1.3rem 1.4rem; }
.verdict { display: flex; gap: 0.9rem; padding: 1rem 1.2rem; border-color: transparent; }
.verdict p, .verdict li { font-size: 0.92rem; }
.verdict ul { margin: 0.5rem 0 0; padding-left: 1.1rem; overflow-wrap: anywhere; }
.sign { flex: none; width: 1.75rem; height: 1.75rem; border-radius: 50%; color: var(--card);
  font-weight: 700; line-height: 1.75rem; text-align: center; }
.good { background: var(--good-wash); } .good .sign { background: var(--good); }
.bad { background: var(--bad-wash); } .bad .sign { background: var(--bad); }
.partly { background: var(--partly-wash); } .partly .sign { background: var(--partly); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: 1.1rem; }
.tiles > div { padding: 1rem 1.2rem; }
dt { color: var(--soft); font-size: 0.85rem; }
dd { font-size: 1.65rem; line-height: 1.25; font-weight: 650; letter-spacing: -0.015em;
  font-variant-numeric: tabular-nums; }
dd.more { color: var(--soft); font-size: 0.85rem; font-weight: 400; letter-spacing: 0; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(22rem, 1fr)); gap: 1.1rem;
  align-items: start; }
.legend { display: flex; gap: 1.1rem; margin-top: 0.75rem; font-size: 0.85rem;
  color: var(--soft); }
.legend i { display: inline-block; width: 0.7rem; height: 0.7rem; margin-right: 0.4rem;
  border-radius: 0.15rem; }
figure { margin-top: 0.6rem; overflow-x: auto; }
figure svg { display: block; width: 100%; min-width: 34rem; height: auto; }
svg text { fill: var(--soft); font-size: 11px; font-variant-numeric: tabular-nums; }
.grid { stroke: var(--line); } .axis { stroke: var(--soft); }
.lower, .bar { fill: var(--lower); background: var(--lower); }
.upper, .bar.upper { fill: var(--upper); background: var(--upper); }
.hit { fill: transparent; } g:hover .hit { fill: var(--line); opacity: 0.6; }
details { margin-top: 1rem; }
summary { cursor: pointer; color: var(--soft); font-size: 0.9rem; }
:focus-visible { outline: 2px solid var(--lower); outline-offset: 3px; border-radius: 0.2rem; }
table { width: 100%; margin-top: 0.8rem; border-collapse: collapse; font-size: 0.92rem;
  font-variant-numeric: tabular-nums; }
th, td { padding: 0.4rem 0 0.4rem 0.9rem; border-bottom: 1px solid var(--line);
  text-align: right; white-space: nowrap; }
th:first-child { padding-left: 0; text-align: left; font-weight: 400; white-space: normal;
  overflow-wrap: anywhere; }
thead th, thead th:first-child { color: var(--soft); font-size: 0.82rem; font-weight: 500; }
tbody tr:last-child > * { border-bottom: 0; }
.drawn { width: 38%; } .pair .drawn { width: 28%; }
.drawn svg { display: block; width: 100%; height: 0.55rem; }
.reason { display: block; } .reason::first-letter { text-transform: uppercase; }
code { display: block; color: var(--soft); font-size: 0.74rem; letter-spacing: 0.02em;
  font-family: ui-monospace, "Cascadia Mono", Menlo, monospace; }
.none { margin-top: 0.6rem; color: var(--soft); }
footer { margin-top: 1.5rem; color: var(--soft); font-size: 0.85rem; }
@media (max-width: 36rem) {
  body { padding: 1.5rem 0.9rem 2rem; } h1 { font-size: 1.7rem; } .card { padding: 1.1rem 1rem; }
  .tiles { grid-template-columns: 1fr 1fr; gap: 0.7rem; } .pair { grid-template-columns: 1fr; }
  .tiles > div { padding: 0.8rem 0.9rem; } dd { font-size: 1.3rem; }
  .drawn { width: 22%; } th, td { padding-left: 0.6rem; }
}
@media print {
  :root { --page: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #ccc; --lower: #2f6f8f;
    --upper: #c4562c; --good: #2c7a4b; --bad: #b3261e; --partly: #8a6100;
    --good-wash: #fff; --bad-wash: #fff; --partly-wash: #fff; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  .card, .verdict, .tiles > div { break-inside: avoid; border: 1px solid var(--line); }
  .tiles { grid-template-columns: repeat(4, 1fr); } .pair { grid-template-columns: 1fr 1fr; }
  tr, figure { break-inside: avoid; } h2 { break-after: avoid; }
  details { display: none; } figure svg { min-width: 0; }
}
"""
