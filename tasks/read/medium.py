"""What every medium is turned into before the form is looked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from expectations.evidence import Doubt
from expectations.forms import TableName
from tasks.read.lines import Line, PageRow
from tasks.read.page import Page
from tasks.read.rows import TableReading
from tasks.read.stream import Stream


@dataclass(frozen=True, slots=True)
class Medium:
    """A document's tables as first read, its running text as lines, and its whole text in file order.

    `doubts` are those that only this medium can have. `names` is what stands outside the running text and may name the
    report: with the tag `page` the title of a web page, with `head` running heads. `pictured` are the tables that were
    not read whole because where they ought to stand there is a picture, each with the page of the picture (None in
    media without pages). Where the text was read from pictures, `again` has the lines as read from other crops.
    """

    tables: Mapping[TableName, TableReading]
    lines: tuple[Line, ...] = field(repr=False)
    stream: Stream = field(repr=False)
    engine: str
    second: str
    is_scan: bool = False
    doubts: tuple[Doubt, ...] = ()
    names: tuple[Line, ...] = ()
    pictured: Mapping[TableName, int | None] = field(default_factory=dict)
    rows: tuple[PageRow, ...] = field(default=(), repr=False)
    """The characters of each of `lines`, in media with pages."""
    pages: tuple[Page, ...] = field(default=(), repr=False)
    risks: tuple[str, ...] = ()
    """What makes it likelier that the characters are not what the pages show, in Chinese."""
    again: tuple[Line, ...] = field(default=(), repr=False)
    seen: tuple[int, ...] = ()
    """The pages that were read from pictures."""
    has_scans: bool = False
    """Whether any page is but a picture."""
