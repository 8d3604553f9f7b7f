"""How the page looks beyond a report card: the figures at its top, and plotly's drawings in the page's own colours."""

from tasks.analysis.first_look.charts import FONT
from tasks.receipt.page.style import STYLE as CARD_STYLE

STYLE = f"""{CARD_STYLE}
body {{ font-family: {FONT}; }}
main {{ max-width: 1160px; }}
.tiles {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(138px, 1fr)); gap: .75rem;
  margin-top: 1.25rem; }}
.tiles div {{ background: var(--sheet); border: 1px solid var(--line); border-radius: 10px; padding: .7rem .9rem; }}
.tiles dd {{ font-size: 1.55rem; line-height: 1.3; font-weight: 600; font-variant-numeric: tabular-nums; }}
.tiles dd + dd {{ font-size: .8rem; font-weight: 400; color: var(--dim); }}
.charts {{ display: grid; gap: 1rem; }} .charts > * {{ min-width: 0; }}
@media (min-width: 820px) {{ .charts-2 {{ grid-template-columns: 1fr 1fr; }} }}
caption {{ text-align: left; padding-bottom: .3rem; }}
p.how {{ margin: 0 0 .5rem; }}
.matched {{ margin-top: .5rem; }}
.js-plotly-plot text {{ fill: var(--ink) !important; }}
.js-plotly-plot .gridlayer path, .js-plotly-plot .zerolinelayer path {{ stroke: var(--line) !important; }}
.js-plotly-plot .hovertext path {{ fill: var(--sheet) !important; stroke: var(--dim) !important; }}
@media (max-width: 600px) {{ .tiles {{ grid-template-columns: repeat(2, 1fr); }} }}
"""
