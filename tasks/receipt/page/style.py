"""How the report card looks: on a screen, dark or light, on a phone, and on paper."""

STYLE = """
:root { color-scheme: light dark; --ground: light-dark(#f4f5f7, #111417); --sheet: light-dark(#fff, #1a1e23);
  --ink: light-dark(#1b2027, #e8eaed); --dim: light-dark(#5b6470, #9aa4b0); --line: light-dark(#dfe3e8, #333a43);
  --good: light-dark(#146c3a, #6fd598); --goodbg: light-dark(#e7f5ec, #16301f);
  --bad: light-dark(#b3261e, #ff9a92); --badbg: light-dark(#fdecea, #3b1c1a);
  --warn: light-dark(#8a5a00, #f0bf62); --warnbg: light-dark(#fff5e0, #33270f); }
* { box-sizing: border-box; }
body { font: 15px/1.7 system-ui, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif; margin: 0;
  background: var(--ground); color: var(--ink); }
main { max-width: 1040px; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.6rem; line-height: 1.35; margin: 0; letter-spacing: .01em; }
h2 { font-size: 1.15rem; margin: 0 0 .75rem; }
section { background: var(--sheet); border: 1px solid var(--line); border-radius: 10px; padding: 1.1rem 1.25rem;
  margin-top: 1.25rem; }
.verdict { border-left: 6px solid var(--dim); font-size: 1.02rem; }
.verdict strong { display: block; font-size: 1.25rem; line-height: 1.5; }
.verdict p { margin: .35rem 0 0; }
.validated { border-left-color: var(--good); background: var(--goodbg); } .validated strong { color: var(--good); }
.quarantined, .rejected, .failed { border-left-color: var(--bad); background: var(--badbg); }
.quarantined strong, .rejected strong, .failed strong { color: var(--bad); }
.dim, dt { color: var(--dim); } .small { font-size: .86rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: 0; } dd { margin: 0; }
dd, code { overflow-wrap: anywhere; } code { font: .84em ui-monospace, Consolas, monospace; }
ol.findings { list-style: none; padding: 0; margin: 0; }
.findings li { border-top: 1px solid var(--line); padding: .9rem 0; } .findings li:first-child { border-top: 0; }
.badge { display: inline-block; border-radius: 5px; padding: 0 .5em; font-size: .82rem; font-weight: 600;
  background: var(--line); }
.critical .badge { color: var(--bad); background: var(--badbg); }
.warning .badge { color: var(--warn); background: var(--warnbg); }
.findings p { margin: .25rem 0; }
svg.page, svg.place { display: block; width: 100%; height: auto; background: #fff; border: 1px solid var(--line);
  border-radius: 6px; }
svg.place { margin-top: .5rem; max-height: 22rem; }
.cell { fill: #2563eb0d; stroke: #2563eb66; stroke-width: .7; }
.cell.wrong { fill: #dc262626; stroke: #dc2626; stroke-width: 1.6; }
.cell.doubted { fill: #f59e0b33; stroke: #d97706; stroke-width: 1.6; stroke-dasharray: 4 2; }
.cell.corrected { fill: #7c3aed26; stroke: #7c3aed; stroke-width: 1.4; }
.legend span { margin-right: 1.2em; white-space: nowrap; }
.legend i { display: inline-block; width: .9em; height: .9em; border: 2px solid; margin-right: .35em;
  vertical-align: -.1em; }
.pages { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 430px), 1fr)); gap: 1rem; }
figure { margin: 0; } figcaption { color: var(--dim); font-size: .86rem; margin-bottom: .25rem; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .88rem; }
th, td { border: 1px solid var(--line); padding: .3rem .5rem; text-align: left; vertical-align: top; }
thead th { background: var(--ground); font-weight: 600; } tbody th { font-weight: 400; }
td, th.figure { text-align: right; }
td { font-variant-numeric: tabular-nums; white-space: nowrap; } td.blank { color: var(--dim); }
td.wrong { background: var(--badbg); color: var(--bad); font-weight: 600; }
td.doubted { background: var(--warnbg); color: var(--warn); font-weight: 600; }
td del { color: var(--dim); margin-right: .4em; }
a { color: inherit; } h3 { font-size: 1rem; margin: 1.25rem 0 .5rem; } h3:first-of-type { margin-top: 0; }
@media (max-width: 600px) { main { padding: 1rem .75rem 3rem; } h1 { font-size: 1.3rem; }
  section { padding: .9rem; } .scroll table { min-width: 600px; }
  dl { grid-template-columns: 1fr; gap: 0; } dt { margin-top: .4rem; } }
@media print { body { background: #fff; } main { max-width: none; padding: 0; } .scroll { overflow: visible; }
  section { break-inside: auto; border-radius: 0; } .findings li, figure { break-inside: avoid; } }
"""
