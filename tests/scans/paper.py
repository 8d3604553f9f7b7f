"""Documents as pictures of their pages, in the fonts and with the rules of several programs."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pypdfium2 as pdfium

from tests.plausible.document import Draft
from tests.plausible.render.pdf import pdf
from tests.plausible.render.web import html

Pixels = npt.NDArray[np.uint8]

STYLES = {
    "thin": "table{border-collapse:collapse} td,th{border:0.5pt solid #000}",
    "bold": "table{border-collapse:collapse} td,th{border:1.5pt solid #000}",
    "double": "table{border-collapse:separate;border-spacing:1.5pt;border:1pt solid #000}"
    "td,th{border:0.75pt solid #000}",
    "outer": "table{border-collapse:collapse;border:3pt double #000} td,th{border:0.75pt solid #000}",
    "open": "table{border-collapse:collapse} td,th{border:0.75pt solid #000}"
    "td:first-child,th:first-child{border-left:none} td:last-child,th:last-child{border-right:none}",
    "dotted": "table{border-collapse:collapse} td,th{border:1pt dotted #000}",
    "gray": "table{border-collapse:collapse} td,th{border:0.75pt solid #999}",
    "shaded": "table{border-collapse:collapse} td,th{border:0.75pt solid #333} tr:first-child td{background:#dbe5f1}",
}
"""Ways to rule a table, as style sheets have them."""
FONTS = ("Noto Serif CJK SC", "Noto Sans CJK SC", "AR PL UMing CN", "AR PL UKai CN")
_PAGE = "@page{size:A4;margin:22mm 18mm} body{font:%s %s} td,th{padding:2pt;text-align:center} table{width:100%%}"


def pages_of(body: bytes, dpi: float) -> list[Pixels]:
    """The pages of a PDF, as blue, green and red."""
    document = pdfium.PdfDocument(body)
    document.init_forms()
    try:
        return [np.ascontiguousarray(page.render(scale=dpi / 72).to_numpy()[:, :, :3]) for page in document]
    finally:
        document.close()


def drawn(draft: Draft) -> bytes:
    """The draft as a PDF, drawn by reportlab."""
    return pdf(draft)


def browser() -> str | None:
    """A browser that prints, if there is one."""
    return shutil.which("chromium") or shutil.which("google-chrome")


def browsed(draft: Draft, style: str, font: str = FONTS[0], size: str = "10.5pt") -> bytes:
    """The draft as a PDF, printed by a browser with the rules of STYLES."""
    program = browser()
    assert program
    css = _PAGE % (size, f'"{font}"') + STYLES[style]
    markup = html_of(draft).replace("</head>", f"<style>{css}</style></head>", 1)
    if css not in markup:
        markup = f"<html><head><meta charset=utf-8><style>{css}</style></head><body>{markup}</body></html>"
    with tempfile.TemporaryDirectory() as folder:
        page, out = Path(folder) / "a.html", Path(folder) / "a.pdf"
        page.write_text(markup)
        command: Sequence[str] = [
            program, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/profile",
            "--no-pdf-header-footer", f"--print-to-pdf={out}", page.as_uri(),
        ]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=90)
        return out.read_bytes()


def html_of(draft: Draft) -> str:
    return html(draft).decode()
