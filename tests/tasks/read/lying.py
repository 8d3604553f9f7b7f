"""Sample reports in PDF whose pages show something else than their characters say, in as many ways as we know.

The characters are always those of a sound report, which is validated; one or more strings are painted as others.
`lying(seed)` makes one such file and says what was done; without the eye most of them would be validated.
"""

import itertools
import random
import re
from contextlib import contextmanager
from functools import cache
from unittest.mock import patch

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfdoc, pdfmetrics, ttfonts
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont

from expectations.forms import FORMS
from tasks.samples import Layout, SampleReport, consistent_figures, draw_pdf
from tasks.samples.draw import FONT, Paper

AGENCY, YEAR = "青岚市水利局", 2024
_FIGURES = consistent_figures(FORMS["2021"], random.Random(8), size=700)
_FEW = {a: (v if a.startswith("table2") else 0) for a, v in _FIGURES.items()}
_HAN = str.maketrans("青岚市水利局", "春峦县林业厅")
_NUMBERS = itertools.count()


@cache
def _plain_strings(is_few):
    """The strings of the sound report in the order in which they are drawn."""
    drawn = []
    with _painted(lambda paper, text, *place: drawn.append(text)):
        draw_pdf(_report(is_few), Layout(font_size=8))
    return drawn


def _report(is_few):
    return SampleReport(AGENCY, YEAR, "2021", _FEW if is_few else _FIGURES)


def is_believed(report):
    """Whether the characters of `report` are those of the sound one: then its pages show something else."""
    figures = {cell.address: cell.value or 0 for cell in report.cells}
    is_named = (report.agency, report.year) == (AGENCY, YEAR)
    return is_named and figures in ({a: v or 0 for a, v in of.items()} for of in (_FIGURES, _FEW))


def lying(seed):
    """A file, and what was done in it."""
    rng = random.Random(seed)
    how = list(HOW)[seed % len(HOW)]
    where = rng.choice(WHERE)
    if how == "sheet" and where == "every figure":
        where = "table 2"  # each of them is a picture as large as the page
    is_few = where == "zeros"
    strings = _plain_strings(is_few)
    targets = _targets(rng, strings, where)
    mapping = _other_digits(rng)
    if where in ("year", "agency") and how in _DIGITS_ONLY:
        how = "mapping"
    count = itertools.count()

    def paint(paper, text, x, baseline, size):
        if next(count) not in targets:
            return False
        shown = text.translate(_HAN if where == "agency" else mapping)
        HOW[how](paper, text, shown, x, paper.height - baseline, size)
        return True

    with _painted(paint):
        body = draw_pdf(_report(is_few), Layout(font_size=8))
    return _with_field_values(body), f"{seed}: {how} in {where}"


def _targets(rng, strings, where):
    """The numbers of the strings to paint otherwise."""
    figures = [n for n, text in enumerate(strings) if re.fullmatch(r"[\d.]+", text)]
    in_table2 = figures[: sum(address.startswith("table2") for address in _FIGURES)]
    if where in ("year", "agency"):
        return {next(n for n, text in enumerate(strings) if AGENCY in text)}
    of = {
        "one of table 2": rng.sample(in_table2, 1),
        "table 2": in_table2,
        "one of table 3": rng.sample(figures[len(in_table2) : -15], 1),
        "one of table 4": rng.sample(figures[-15:], 1),
        "every figure": figures,
        "zeros": rng.sample(figures[len(in_table2) :], 1),
    }
    return set(of[where])


WHERE = ("one of table 2", "table 2", "one of table 3", "one of table 4", "every figure", "zeros", "year", "agency")


def _other_digits(rng):
    """Another digit for each: none stays as it is."""
    order = rng.sample("0123456789", 10)
    return str.maketrans(dict(zip(order, order[1:] + order[:1], strict=True)))


@contextmanager
def _painted(paint):
    """Strings that `paint` draws are left to it."""
    honest = Paper._text

    def text(paper, string, x, baseline, size):
        if not paint(paper, string, x, baseline, size):
            honest(paper, string, x, baseline, size)

    with patch.object(Paper, "_text", text):
        yield


class _MappedFont(UnicodeCIDFont):
    """The sample's font with a ToUnicode table: what its codes show is called otherwise."""

    def __init__(self, name, names):
        super().__init__(FONT)
        self.name = self.fontName = name
        self._names = names
        self.unicodeWidths = pdfmetrics.getFont(FONT).unicodeWidths

    def addObjects(self, doc):  # noqa: N802
        super().addObjects(doc)
        lines = "\n".join(f"<{ord(a):04x}> <{ord(b):04x}>" for a, b in self._names.items())
        table = _CMAP % (len(self._names), lines)
        stream = pdfdoc.PDFStream(content=table)
        number = doc.fontMapping[self.name].strip("/")
        font = doc.idToObject["BasicFonts"].dict[number]
        entry = doc.idToObject[font.name]
        entry.dict["ToUnicode"] = doc.Reference(stream, f"mapped-{number}")


_CMAP = """/CIDInit /ProcSet findresource begin 12 dict begin begincmap
/CMapName /Lie def /CMapType 2 def 1 begincodespacerange <0000> <ffff> endcodespacerange
%d beginbfchar
%s
endbfchar endcmap CMapName currentdict /CMap defineresource pop end end"""


def _mapping(paper, text, shown, x, y, size):
    name = f"Mapped-{next(_NUMBERS)}"
    pdfmetrics.registerFont(_MappedFont(name, dict(zip(shown, text, strict=True))))
    paper.canvas.setFont(name, size)
    paper.canvas.drawString(x, y, shown)


def _embedded(paper, text, shown, x, y, size):
    """A TrueType font that is embedded, with a ToUnicode table that lies."""
    name = f"Embedded-{next(_NUMBERS)}"
    font = TTFont(name, "Vera.ttf")
    pdfmetrics.registerFont(font)
    names = {ord(a): ord(b) for a, b in zip(shown, text, strict=True)}
    add = font.addObjects
    table = ttfonts.makeToUnicodeCMap

    def adding(doc):
        with patch.object(ttfonts, "makeToUnicodeCMap", lambda n, codes: table(n, [names.get(c, c) for c in codes])):
            add(doc)

    font.addObjects = adding
    paper.canvas.setFont(name, size)
    paper.canvas.drawString(x, y, shown)


def _shape(paper, text, x, y, size):
    """The outlines of `text`, filled."""
    path = paper.canvas.beginPath()
    for corners in TextPath((0, 0), text, size=size, prop=FontProperties(family="DejaVu Sans")).to_polygons():
        path.moveTo(x + corners[0][0], y + corners[0][1])
        for a, b in corners[1:]:
            path.lineTo(x + a, y + b)
        path.close()
    paper.canvas.drawPath(path, stroke=0, fill=1, fillMode=0)


def _cover(paper, text, x, y, size):
    paper.canvas.saveState()
    paper.canvas.setFillGray(1)
    paper.canvas.rect(x - 0.5, y - 0.2 * size, pdfmetrics.stringWidth(text, FONT, size) + 1, size, stroke=0, fill=1)
    paper.canvas.restoreState()


def _honest(paper, text, x, y, size):
    paper.canvas.setFont(FONT, size)
    paper.canvas.drawString(x, y, text)


def _covered(paper, text, shown, x, y, size):
    _honest(paper, text, x, y, size)
    _cover(paper, text, x, y, size)
    _shape(paper, shown, x, y, size * 0.8)


def _invisible(paper, text, shown, x, y, size):
    paper.canvas.setFont(FONT, size)
    line = paper.canvas.beginText(x, y)
    line.setTextRenderMode(3)
    line.textOut(text)
    paper.canvas.drawText(line)
    _shape(paper, shown, x, y, size * 0.8)


def _pixels(shown, size):
    font = ImageFont.load_default(size * 8)
    width = int(font.getlength(shown)) + 4
    picture = Image.new("RGBA", (width, int(size * 9)), (255, 255, 255, 255))
    ImageDraw.Draw(picture).text((2, 0), shown, font=font, fill=(0, 0, 0, 255))
    return picture


def _picture(paper, text, shown, x, y, size):
    _honest(paper, text, x, y, size)
    picture = _pixels(shown, size).convert("RGB")
    paper.canvas.drawImage(ImageReader(picture), x, y - 0.2 * size, picture.width / 8, size)


def _sheet(paper, text, shown, x, y, size):
    """A picture as large as the page, clear but where it covers what was printed."""
    _honest(paper, text, x, y, size)
    sheet = Image.new("RGBA", (int(paper.width * 2), int(paper.height * 2)), (255, 255, 255, 0))
    picture = _pixels(shown, size)
    picture = picture.resize((picture.width // 4, picture.height // 4))
    sheet.paste(picture, (int(x * 2) - 1, int((paper.height - y - 0.9 * size) * 2)))
    paper.canvas.drawImage(ImageReader(sheet), 0, 0, paper.width, paper.height, mask="auto")


def _actual_text(paper, text, shown, x, y, size):
    paper.canvas._code.append(f"/Span <</ActualText <feff{text.encode('utf-16-be').hex()}>>> BDC")
    _honest(paper, shown, x, y, size)
    paper.canvas._code.append("EMC")


def _field(paper, text, shown, x, y, size):
    """A form field whose appearance is not its value: reportlab makes it, `_with_field_values` gives it the other."""
    width = pdfmetrics.stringWidth(text, FONT, size) + 8
    name = f"f{next(_NUMBERS)}x{text.encode().hex()}x"
    options = {"borderWidth": 0, "fontSize": size, "forceBorder": False, "fillColor": None, "borderColor": None}
    paper.canvas.acroForm.textfield(shown, name=name, x=x - 3, y=y - 3, width=width, height=size + 5, **options)


def _with_field_values(body):
    for name in re.findall(rb"/T \(f\d+x([0-9a-f]+)x\)", body):
        pattern = re.compile(rb"(/T \(f\d+x%sx\).{0,80}?/V )\([^)]*\)" % name, re.DOTALL)
        body = pattern.sub(rb"\g<1>(%s)" % bytes.fromhex(name.decode()), body, count=1)
    return body


def _layer(paper, text, shown, x, y, size):
    """The text in white, so that nothing of it is seen, and the outlines of something else in its place."""
    paper.canvas.saveState()
    paper.canvas.setFillGray(1)
    _honest(paper, text, x, y, size)
    paper.canvas.restoreState()
    _shape(paper, shown, x, y, size * 0.8)


def _clipped(paper, text, shown, x, y, size):
    """The text cut off by a clipping path: half of its first digit."""
    paper.canvas.saveState()
    path = paper.canvas.beginPath()
    path.rect(x, y + 0.3 * size, 10 * size, size)
    paper.canvas.clipPath(path, stroke=0, fill=0)
    _honest(paper, text, x, y, size)
    paper.canvas.restoreState()
    _shape(paper, shown, x, y, size * 0.8)


def _type3(paper, text, shown, x, y, size):
    """A Type 3 font: each glyph is a drawing, and its table of names lies."""
    name = f"Drawn-{next(_NUMBERS)}"
    pdfmetrics.registerFont(_DrawnFont(name, dict(zip(text, shown, strict=True))))
    paper.canvas.setFont(name, size)
    paper.canvas.drawString(x, y, text)


class _DrawnFont(UnicodeCIDFont):
    def __init__(self, name, shapes):
        super().__init__(FONT)
        self.name = self.fontName = name
        self._shapes = shapes
        self._multiByte = 1

    def formatForPdf(self, text):  # noqa: N802
        return "".join(f"\\{ord(c):03o}" for c in text)

    def addObjects(self, doc):  # noqa: N802
        number = f"F{len(doc.fontMapping) + 1}"
        glyphs = {}
        for char, shape in self._shapes.items():
            stream = pdfdoc.PDFStream(content=f"600 0 0 -200 800 1000 d1\n{_operators(shape)}")
            glyphs[f"g{ord(char)}"] = doc.Reference(stream, f"{number}-{ord(char)}")
        codes = sorted(map(ord, self._shapes))
        names = " ".join(f"{code} /g{code}" for code in codes)
        lines = "\n".join(f"<{code:02x}> <{code:04x}>" for code in codes)
        table = (_CMAP % (len(codes), lines)).replace("<0000> <ffff>", "<00> <ff>")
        font = pdfdoc.PDFDictionary({
            "Type": pdfdoc.PDFName("Font"), "Subtype": pdfdoc.PDFName("Type3"), "FontBBox": _Raw("[0 -200 800 1000]"),
            "FontMatrix": _Raw("[0.001 0 0 0.001 0 0]"), "CharProcs": pdfdoc.PDFDictionary(glyphs),
            "Encoding": _Raw(f"<< /Type /Encoding /Differences [{names}] >>"), "FirstChar": _Raw("0"),
            "LastChar": _Raw("255"), "Widths": _Raw("[" + "600 " * 256 + "]"), "Resources": _Raw("<< >>"),
            "ToUnicode": doc.Reference(pdfdoc.PDFStream(content=table), f"{number}-names"),
        })  # fmt: skip
        doc.idToObject["BasicFonts"].dict[number] = doc.Reference(font, number)
        doc.fontMapping[self.name] = f"/{number}"


class _Raw(pdfdoc.PDFObject):
    def __init__(self, text):
        self._text = text

    def format(self, document):
        return self._text.encode()


def _operators(text):
    operators = []
    for corners in TextPath((0, 0), text, size=900, prop=FontProperties(family="DejaVu Sans")).to_polygons():
        operators += [f"{a:.0f} {b:.0f} {'l' if n else 'm'}" for n, (a, b) in enumerate(corners)] + ["h"]
    return "\n".join([*operators, "f*"])


HOW = {
    "mapping": _mapping, "embedded": _embedded, "covered": _covered, "invisible": _invisible, "picture": _picture,
    "sheet": _sheet, "actual text": _actual_text, "field": _field, "white": _layer, "clipped": _clipped,
    "type 3": _type3,
}  # fmt: skip
_DIGITS_ONLY = frozenset(HOW) - {"mapping", "actual text"}
