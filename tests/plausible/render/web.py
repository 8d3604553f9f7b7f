"""A page as content systems publish it."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from tests.plausible.document import Cell, Draft, Line, Run, Table

_LOOKS = {
    "break": "<br/>",
    "super": "<sup>{}</sup>",
    "super_css": '<span style="vertical-align:super;font-size:9px">{}</span>',
    "sub": "<sub>{}</sub>",
    "struck": "<s>{}</s>",
    "struck_css": '<span style="text-decoration:line-through">{}</span>',
    "deleted": "<del>{}</del>",
    "inserted": "<ins>{}</ins>",
    "hidden": '<span style="display:none">{}</span>',
    "hidden_attribute": "<span hidden>{}</span>",
    "hidden_class": '<span class="hid">{}</span>',
    "hidden_visibility": '<span style="visibility:hidden">{}</span>',
    "white": '<font color="#ffffff">{}</font>',
    "white_css": '<span style="color:#fff">{}</span>',
    "zero_size": '<span style="font-size:0">{}</span>',
    "clear": '<span style="opacity:0">{}</span>',
    "away": '<span style="position:absolute;left:-9999px">{}</span>',
    "clipped": '<span style="display:inline-block;width:0;overflow:hidden">{}</span>',
    "comment": "<!-- {} -->",
    "template": "<template>{}</template>",
    "script": "<script>var n={};</script>",
    "field": '<input type="text" value="{}" readonly/>',
    "area": "<textarea>{}</textarea>",
    "choice": "<select><option>0</option><option selected>{}</option></select>",
    "picture": '<img src="data:image/png;base64,iVBORw0KGgo=" alt=""/>',
    "picture_alt": '<img src="n.png" alt="{}"/>',
    "drawn": '<svg width="30" height="12"><text x="1" y="10">{}</text></svg>',
    "generated": '<span class="g{}"></span>',
    "link": '<a href="#n">{}</a>',
    "bold": "<b>{}</b>",
    "word_space": '<span style="mso-spacerun:yes">&nbsp;{}</span>',
    "entity_space": "&nbsp;{}&nbsp;",
    "zero_width": "&#8203;{}&#8203;",
    "soft_hyphen": "{}&shy;",
    "override": "&#8238;{}&#8236;",
}
_STYLE = ".hid{display:none} table{border-collapse:collapse} td{border:1px solid #000}"


def _runs(runs: Iterable[Run]) -> str:
    return "".join(_LOOKS.get(run.look, "{}").format(escape(run.text)) for run in runs)


def html_table(table: Table, options: set[str]) -> str:
    away = ' style="display:none"'
    rows = (
        f"<tr{away * (r in table.row_looks)}>{''.join(_cell(c) for c in row)}</tr>"
        for r, row in enumerate(_spelled(table, options))
    )
    return f"<table{away * bool(table.look)}>{''.join(rows)}</table>"


def _spelled(table: Table, options: set[str]) -> list[list[Cell]]:
    """The rows; where a converter has undone the spans, every place has a cell with the text again."""
    if "repeat_spans" not in options:
        return table.rows
    return [[Cell(cell.runs) for cell, _ in row] for row in table.grid()]


def _cell(cell: Cell) -> str:
    spans = f' rowspan="{cell.rows}"' * (cell.rows > 1) + f' colspan="{cell.cols}"' * (cell.cols > 1)
    away = ' style="display:none"' * bool(cell.look)
    return f"<td{spans}{away}>{_runs(cell.runs)}</td>"


def _is_small(draft: Draft, at: int) -> bool:
    block = draft.blocks[at]
    return isinstance(block, Table) and block.name == "table2"


def html(draft: Draft) -> bytes:
    """The whole page."""
    tags = {"title": "h1", "heading": "h2", "furniture": "div", "sign": 'p style="text-align:right"'}
    body = []
    pairs = "side_by_side" in draft.options
    for at, block in enumerate(draft.blocks):
        if isinstance(block, Line):
            tag = tags.get(block.kind, "p")
            body.append(f"<{tag}>{_runs(block.runs)}</{tag.split()[0]}>")
        else:
            beside = pairs and block.name == "table2"
            before = (
                '<table class="layout"><tr><td>'
                if beside and not _is_small(draft, at - 1)
                else "<td>"
                if beside
                else ""
            )
            after = "</td></tr></table>" if beside and not _is_small(draft, at + 1) else "</td>" if beside else ""
            body.append(before + html_table(block, draft.options) + after)
    title = f"<title>{escape(draft.page_title)}</title>" if draft.page_title else ""
    style = f"<style>{_STYLE}{draft.style}</style>"
    page = (
        f'<!DOCTYPE html><html><head><meta charset="utf-8">{title}{style}</head>'
        f"<body>{draft.before}{''.join(body)}{draft.after}</body></html>"
    )
    return page.encode("utf-8")
