"""What the reader has to remark about the sections of a report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from expectations.evidence import Finding
from expectations.forms import FORMS
from tasks.read.stream import Stream
from tasks.values import ReportSection

_SECTIONS = FORMS["2021"].sections


def section_notes(sections: Sequence[ReportSection], stream: Stream) -> Iterator[Finding]:
    """DOC.SECTIONS, once for each way in which the six sections are not as the form wants them.

    A heading that stands elsewhere in the text, such as in the first row of its table, is not missing.
    """
    numbers = [section.number for section in sections]
    for wanted in _SECTIONS:
        if wanted.number not in numbers and not stream.holds(f"{wanted.number}、{wanted.heading}"):
            yield _warning(f"section.{wanted.number}", f"缺少“{wanted.number}、{wanted.heading}”部分")
    order = [section.number for section in _SECTIONS if section.number in numbers]
    if numbers != order:
        yield _warning("sections", f"各部分次序应为{'、'.join(order)}，实为{'、'.join(numbers)}")
    if any(s.number == "五" and not s.text.strip() for s in sections):
        yield _warning("section.五", "第五部分“存在的主要问题及改进情况”没有内容")


def _warning(where: str, message: str) -> Finding:
    return Finding("DOC.SECTIONS", "warning", "fail", where, message)
