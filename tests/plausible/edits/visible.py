"""Which characters a reader sees: struck, hidden, deleted, covered; and figures that are no plain text."""

from __future__ import annotations

import copy
import random

from tests.plausible.document import Cell, Draft, Run
from tests.plausible.edits.kinds import ALL, PAGES, insert_row, kind

STRUCK = {
    "pdf": ("struck", "struck_box"),
    "docx": ("struck", "struck_twice"),
    "html": ("struck", "struck_css"),
    "md": ("struck",),
}
HIDDEN = {
    "pdf": ("white", "invisible", "zero_size", "away", "clear", "covered", "clipped"),
    "docx": ("hidden", "white", "zero_size", "style_hidden"),
    "html": (
        "hidden", "hidden_attribute", "hidden_class", "hidden_visibility", "white", "white_css", "zero_size", "clear",
        "away", "clipped", "comment", "template", "script",
    ),
    "md": ("comment",),
}  # fmt: skip
DELETED = {"docx": ("deleted", "moved_away"), "html": ("deleted",)}
RAISED = {
    "pdf": ("super", "sub"),
    "docx": ("super", "raised", "sub", "note"),
    "html": ("super", "super_css"),
    "md": ("super", "note"),
}
OBJECTS = {
    "pdf": ("field", "picture", "curves", "form", "red"),
    "docx": (
        "field", "simple_field", "control", "link", "equation", "box", "symbol", "picture", "ruby", "smart", "inserted",
        "moved_here",
    ),
    "html": ("field", "area", "choice", "picture", "picture_alt", "drawn", "generated", "link", "inserted"),
}  # fmt: skip


def _old(cell: Cell, rng: random.Random) -> str:
    """What might have stood there before."""
    return str(max(0, int(cell.text or "0") + rng.choice((-2, -1, 1, 3, 10)))) if cell.text.isdigit() else "3"


def _beside(draft: Draft, rng: random.Random, looks: tuple[str, ...]) -> None:
    cell = draft.pick(rng, busy=rng.random() < 0.7)
    ghost, shown = Run(_old(cell, rng), rng.choice(looks)), cell.runs[0]
    apart = [Run(" ")] if rng.random() < 0.5 else []
    cell.runs = [ghost, *apart, shown] if rng.random() < 0.7 else [shown, *apart, ghost]
    if rng.random() < 0.2:
        cell.runs.insert(1, Run("", "break"))


@kind("pdf", "docx", "html", "md")
def struck_figure_beside_new(draft: Draft, rng: random.Random) -> None:
    """An old figure struck through, the new one beside it."""
    _beside(draft, rng, STRUCK[draft.medium])


@kind("pdf", "docx", "html", "md")
def hidden_figure_beside_new(draft: Draft, rng: random.Random) -> None:
    """A figure that no reader sees beside the one that he sees."""
    _beside(draft, rng, HIDDEN[draft.medium])


@kind("docx", "html")
def tracked_change(draft: Draft, rng: random.Random) -> None:
    """A figure deleted with changes tracked, and the new one inserted."""
    cell = draft.pick(rng)
    cell.runs = [Run(_old(cell, rng), rng.choice(DELETED[draft.medium])), Run(cell.text, "inserted")]


@kind("pdf", "docx", "html", "md")
def hidden_figure_in_blank(draft: Draft, rng: random.Random) -> None:
    """A blank cell that holds something hidden, as templates with sample figures leave it."""
    zeros = [c for t in draft.tables() for c in t.figures() if not draft.figures[c.address]]
    for cell in rng.sample(zeros, min(len(zeros), rng.choice((1, 3)))):
        cell.runs = [Run(str(rng.randrange(1, 30)), rng.choice(HIDDEN[draft.medium]))]


@kind("pdf", "docx", "html", "md")
def hidden_row_of_figures(draft: Draft, rng: random.Random) -> None:
    """Every figure of a row has an old one hidden or struck before it: last year's file filled in again."""
    table = draft.table(rng.choice(("table3", "table4")))
    row = rng.choice([r for r in table.rows if any(c.role == "figure" for c in r)])
    look = rng.choice((*HIDDEN[draft.medium], *STRUCK[draft.medium]))
    for cell in row:
        if cell.role == "figure":
            cell.runs = [Run(_old(cell, rng), look), *cell.runs]


@kind("pdf", "docx", "html", "md")
def raised_note_mark(draft: Draft, rng: random.Random) -> None:
    """A raised footnote mark after a figure: 12 with a small 1."""
    cell = draft.pick(rng, busy=False)
    cell.runs.append(Run(rng.choice("1123"), rng.choice(RAISED[draft.medium])))


@kind(*ALL)
def note_mark_in_text(draft: Draft, rng: random.Random) -> None:
    """A footnote mark that is a character of its own: 12①, 12²."""
    marks = "①②⑴⒈*※" if draft.medium == "pdf" else "①②³²¹⑴⒈❶*※"
    cell = draft.pick(rng, busy=False)
    cell.runs.append(Run(rng.choice(marks)))


@kind(*PAGES)
def figure_as_object(draft: Draft, rng: random.Random) -> None:
    """A figure in a form field, an equation, a text box, a picture, or drawn as curves."""
    look = rng.choice(OBJECTS[draft.medium])
    cell = draft.pick(rng, busy=rng.random() < 0.7)
    cell.runs = [Run(cell.text or "0", look)]
    if look == "generated":
        draft.style += f'.g{cell.text}::before{{content:"{cell.text}"}}'


@kind(*PAGES)
def part_of_figure_as_object(draft: Draft, rng: random.Random) -> None:
    """Some digits of a figure are in another object than the rest."""
    cell = draft.pick(rng)
    look, at = rng.choice(OBJECTS[draft.medium]), rng.randrange(1, max(2, len(cell.text)))
    parts = [Run(cell.text[:at]), Run(cell.text[at:], look)]
    cell.runs = parts if len(cell.text) > 1 else [Run(cell.text, look)]
    if look == "generated":
        draft.style += f'.g{parts[1].text}::before{{content:"{parts[1].text}"}}'


@kind(*PAGES)
def every_figure_as_object(draft: Draft, rng: random.Random) -> None:
    """A form filled in on screen: every figure of a table is a field, a control or a picture."""
    table, look = rng.choice(draft.tables()), rng.choice(OBJECTS[draft.medium])
    for cell in table.figures():
        cell.runs = [Run(cell.text or "0", look)]
        if look == "generated":
            draft.style += f'.g{cell.text}::before{{content:"{cell.text}"}}'


@kind(*PAGES)
def hidden_paragraph(draft: Draft, rng: random.Random) -> None:
    """A paragraph of the template, or last year's title, hidden at the top."""
    line = draft.lines("title")[0]
    text = line.text.replace(str(draft.year), str(draft.year - 1))
    ghost = type(line)([Run(text, rng.choice(HIDDEN[draft.medium]))], "text")
    draft.blocks.insert(rng.choice((0, 1)), ghost)


@kind("docx", "html")
def hidden_row_beside_own(draft: Draft, rng: random.Random) -> None:
    """A row of table 3 stands there twice, the old one hidden or deleted with changes tracked."""
    table = draft.table("table3")
    at = table.row_of(rng.choice(("new", "carried_over", "partial", "denied.law_prohibited", "carried_forward")))
    row = copy.deepcopy([c for c in table.rows[at] if c.role != "group"])
    for cell in row:
        cell.runs, cell.address = [Run(_old(cell, rng))] if cell.role == "figure" else cell.runs, ""
    insert_row(table, at, row)
    table.row_looks[at] = rng.choice(("deleted", "hidden")) if draft.medium == "docx" else "hidden"


@kind("html")
def hidden_cells(draft: Draft, rng: random.Random) -> None:
    """A cell with a key that is not displayed at the start or end of every row: it takes no column."""
    table, first = draft.table("table3"), rng.random() < 0.5
    for number, row in enumerate(table.rows[table.head :], 1):
        row.insert(0 if first else len(row), Cell([Run(str(number))], role="other", look="hidden"))


@kind("html")
def hidden_table_for_phones(draft: Draft, rng: random.Random) -> None:
    """A table twice, for screens and for phones: one is not displayed, and was forgotten at the last change."""
    table = rng.choice(draft.tables())
    twin = copy.deepcopy(table)
    twin.look = "hidden"
    for cell in twin.figures():
        cell.runs = [Run(_old(cell, rng))] if rng.random() < 0.3 else cell.runs
        cell.address = ""
    draft.blocks.insert(draft.blocks.index(table) + rng.choice((0, 1)), twin)


@kind("pdf")
def digits_far_apart(draft: Draft, rng: random.Random) -> None:
    """分散对齐: the digits of a figure spread over its cell, or every digit placed by itself."""
    for cell in draft.table(rng.choice(("table2", "table3", "table4"))).figures():
        cell.runs = [Run(cell.text, "apart")]


@kind("pdf", "docx", "html", "md")
def note_mark_in_label(draft: Draft, rng: random.Random) -> None:
    """A raised mark after a label or a head, and the note below the table."""
    table = draft.table(rng.choice(("table3", "table4")))
    cell = rng.choice([c for c in table.cells() if c.role in ("label", "head") and len(c.text) > 3])
    cell.runs.append(Run(rng.choice("123"), rng.choice(RAISED[draft.medium])))
