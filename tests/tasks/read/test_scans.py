"""Paper from end to end: printed, scanned, spoiled, and read; a few pages only. `benchmarks/scans.py` reads all."""

import io
import random
import struct
import zlib

import numpy as np
import pypdfium2 as pdfium
import pytest

from tasks.errors import NoTextLayer
from tasks.judge import second_look
from tasks.judge.files import judge_file
from tasks.read import examine
from tasks.read.docx import StoredPicture
from tasks.read.examine import NeedsOcr, examined
from tasks.read.ocr import tesseract
from tasks.read.ocr.crops import bands, tight
from tasks.read.pdf import pdf_pages
from tasks.read.recognise import PDF
from tasks.read.ruled import ruled_grids
from tasks.read.scan.document import look_at, look_at_picture, regions, unpacked
from tasks.read.scan.pages import read_pictured_pdf
from tasks.read.scan.picture import picture_of
from tasks.read.scan.print import sheet_of
from tasks.read.scan.ruling import ruled_page, ruling_of
from tasks.read.scan.seen import DocumentSeen, FigureSeen, PictureSeen
from tasks.read.scan.upright import straightened
from tests.fonts import needs_chinese_font
from tests.plausible.document import base
from tests.scans import damage, files
from tests.scans.cuts import torn_heads
from tests.scans.paper import drawn, pages_of
from tests.scans.variants import made, variants

pytestmark = [pytest.mark.filterwarnings("ignore::DeprecationWarning"), needs_chinese_font]
VARIANTS = {variant.name: variant for variant in variants()}


def draft(seed=5):
    found = base(random.Random(seed), "pdf", "2021")
    found.file_stem = "年报"
    return found


@pytest.fixture
def in_process(monkeypatch):
    """The guarded functions in this process: the guard has tests of its own."""
    for module in (examine, second_look):
        monkeypatch.setattr(module, "guarded", lambda function, *args, **_: function(*args))


def read(body, name="年报.pdf"):
    judgement = judge_file(name, body)
    assert judgement.report, judgement.rejected
    return judgement.report, judgement.verdict


def wrong(draft, report):
    values = {cell.address: cell.value or 0 for cell in report.cells}
    return {a: (values.get(a), v) for a, v in draft.figures.items() if values.get(a) != v}


def test_there_are_a_hundred_kinds_of_scans():
    assert len(VARIANTS) >= 100


@pytest.mark.skipif(tesseract.program() is None, reason="table 2 needs the second reader")
def test_a_scan_is_read(in_process):
    """Crooked, with a seal over the table, a wrong hidden text, and of low quality."""
    paper = draft()
    images = [damage.sealed(damage.skewed(image, 1.2), 0.25, 0.8, size=0.15) for image in pages_of(drawn(paper), 200)]
    report, verdict = read(files.scanned_pdf(images, 200, 60, hidden=["政府信息公开 1 2 3", "自然人 9 9 9"]))
    assert (report.agency, report.year, report.engine, report.second) == (paper.agency, paper.year, "ocr", "tesseract")
    assert wrong(paper, report) == {}
    assert verdict.outcome == "validated", [f.message for f in verdict.findings]
    assert all(cell.is_seen_twice for cell in report.cells)


@pytest.mark.skipif(tesseract.program() is None, reason="table 2 needs the second reader")
@pytest.mark.parametrize("kind", ["spread-skew0.6", "long-pale"])
def test_pages_lie_side_by_side_or_below_each_other(in_process, kind):
    """Two pages on one sheet; all of them as one picture, with the gray rules of a web page."""
    paper = draft()
    report, verdict = read(made(VARIANTS[kind], paper, random.Random(3))[1])
    assert wrong(paper, report) == {}
    assert verdict.outcome == "validated", [f.message for f in verdict.findings]
    assert (report.agency, report.year) == (paper.agency, paper.year)


def test_a_wrong_sum_of_the_paper_is_its_own(in_process):
    paper = draft(6)
    cell = paper.cell("table3.granted.natural_person")
    cell.text = str(int(paper.figures[cell.address]) + 30)
    images = pages_of(drawn(paper), 150)
    _, verdict = read(files.scanned_pdf(images, 150, 80))
    found = {(f.rule, f.where, f.fault) for f in verdict.findings if f.rule.startswith("T3.")}
    assert verdict.outcome == "quarantined"
    assert ("T3.ROW_SUM", "table3.granted", "source") in found
    assert found <= {
        ("T3.ROW_SUM", "table3.granted", "source"),
        ("T3.COLUMN_SUM", "table3.*.natural_person", "source"),
    }


def test_pictures_of_tables_in_a_web_page(in_process):
    """Text as text, one table as a picture: looked at only if asked to."""
    paper = draft(7)
    name, body = made(VARIANTS["tables-html-dpi150"], paper, random.Random(2))
    with pytest.raises(NeedsOcr):
        examined(name, body, look=False)
    report, verdict = read(body, name)
    assert wrong(paper, report) == {}
    assert {f.rule for f in verdict.findings if f.severity == "critical"} <= {"READ.UNCONFIRMED"}


def test_without_ocr_a_scan_is_rejected_as_before(in_process, monkeypatch):
    monkeypatch.setattr(examine, "is_installed", lambda: False)
    image = pages_of(drawn(draft()), 72)[0]
    with pytest.raises(NoTextLayer):
        examined("年报.pdf", files.scanned_pdf([image], 72))


def test_a_slant_is_taken_out_and_the_ruling_is_that_of_the_print():
    body = drawn(draft())
    document = pdfium.PdfDocument(body)
    printed = [ruled_grids(page) for page in pdf_pages(list(document))]
    number = max(range(len(printed)), key=lambda n: sum(len(grid.cells) for grid in printed[n]))
    image = damage.shadowed(damage.skewed(pages_of(body, 200)[number], -2.3), "side")
    picture = straightened(picture_of(image, np.diag([0.36, 0.36, 1.0]), 200, 200))
    grids = ruled_grids(ruled_page(picture, ruling_of(picture), 1))
    shapes = [[sorted(c[1:5] for c in grid.cells) for grid in found] for found in (printed[number], grids)]
    assert shapes[0] == shapes[1]
    cell, seen = printed[number][0].cells[0], grids[0].cells[0]
    box = picture.on_page([v * 200 / 72 for v in seen.bbox])
    assert abs(box[1] - cell.bbox[1]) < 25


def test_faded_print_is_read_as_black_print_is():
    image = pages_of(drawn(draft()), 200)[0]
    faded = damage.noisy(damage.tinted(damage.faint(image, 0.36)), 5, random.Random(1))
    black, pale = (sheet_of(picture_of(one, np.eye(3), 200, 200)) for one in (image, faded))
    assert pale.usual == pytest.approx(black.usual, abs=1)
    assert np.mean(pale.print[black.print > 0] > 0) > 0.8
    assert np.mean(black.bare == picture_of(image, np.eye(3), 200, 200).gray) > 0.9


def test_heads_that_a_page_break_has_cut_are_one():
    paper = draft()
    pages = torn_heads(paper, 200)
    body = files.scanned_pdf(pages, 200)
    seen = look_at(PDF, body)
    table = read_pictured_pdf(body, seen.pictures).tables["table3"]
    assert {cell.address: cell.value or 0 for cell in table.cells} == {
        a: v for a, v in paper.figures.items() if a.startswith("table3.")
    }
    assert not table.doubts


@pytest.mark.skipif(tesseract.program() is None, reason="it is the second reader that is asked")
def test_separators_of_thousands_are_seen_by_both_readers():
    printed = ["64,987", "68,440", "2,749", "3,539", "2,650", "3,427", "698.9", "12.5"]
    image = pages_of(files.pdf_of(["年报", *printed], None), 200)[0].min(axis=2)
    rows = bands(image < 170, axis=1)[1:]
    crops = [tight(image[top - 3 : bottom + 3]) for top, bottom in rows]
    figures = [
        FigureSeen(1, None, text, 1.0, text, 1.0, width=crop.shape[1], pixels=crop.tobytes())
        for text, crop in zip(printed, crops, strict=True)
    ]
    assert examine._second_reading(DocumentSeen((PictureSeen(1, (0, 0, 1, 1), figures=tuple(figures)),))) == tuple(
        (text,) for text in printed
    )


def test_strips_are_one_region_and_a_small_picture_is_none():
    image = pages_of(drawn(draft()), 100)[0]
    for strips in (1, 8):
        document = pdfium.PdfDocument(files.scanned_pdf([image], 100, strips=strips))
        page = document[0]
        (region,) = regions(page, pdf_pages([page])[0])
        assert region.is_page
        assert region.pixels_per_inch == pytest.approx(100, abs=2)
    assert look_at_picture(StoredPicture(files.encoded(image[:40, :100], None)), 1) is None


def test_a_picture_that_unpacks_to_gigabytes_is_not_unpacked():
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0)
    bomb = (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )
    assert unpacked(bomb) is None
    assert unpacked(b"no picture") is None
    assert unpacked(io.BytesIO(files.encoded(np.full((9, 9, 3), 7, np.uint8), None)).getvalue()).shape == (9, 9, 3)
