"""Web pages, Word documents and texts made to break or to slow readers: the whole set, at full size.

    uv run python -m tests.tasks.read.hostile

reads each as the pipeline would, prints what each took, and then reads sound reports in the same process.
"""

import io
import random
import sys
import time
import zipfile
from collections.abc import Callable

from tests.tasks.read.made import dump, html, markdown, word

Made = bytes | str
DOCUMENT = "word/document.xml"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
MARK = "\u0301"


def in_page(flood: str, at: str = "</table>") -> str:
    """A sound web page with `flood` before the first `at`."""
    return html("2021").replace(at, flood + at, 1)


def in_text(flood: str, at: str = "二、") -> str:
    return dump("2021", "\t").replace(at, f"{flood[:900_000]}\n{at}", 1)  # just what is not too long


def repacked(change: Callable[[bytes], bytes], name: str = DOCUMENT) -> bytes:
    """A sound DOCX with one of its files changed."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(word("2021"))) as sound, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for entry in sound.namelist():
            content = sound.read(entry)
            made.writestr(entry, change(content) if entry == name else content)
    return file.getvalue()


def in_word(flood: str, at: str = "</w:tbl>", before: bool = True) -> bytes:
    def change(content: bytes) -> bytes:
        put = flood + at if before else at + flood
        return content.replace(at.encode(), put.encode(), 1)

    return repacked(change)


def with_bytes(at: int, value: bytes, central: bool = True) -> bytes:
    """A sound DOCX whose zip entries say something else at offset `at` of their headers."""
    body = bytearray(word("2021"))
    magic = b"PK\x01\x02" if central else b"PK\x03\x04"
    place = body.find(magic)
    while place >= 0:
        body[place + at : place + at + len(value)] = value
        place = body.find(magic, place + 4)
    return bytes(body)


def cell(text: str = "1", extra: str = "") -> str:
    return f"<w:tc><w:tcPr>{extra}</w:tcPr><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"


def row(*cells: str) -> str:
    return f"<w:tr>{''.join(cells)}</w:tr>"


def word_table(rows: str) -> str:
    return f"<w:tbl><w:tblPr/><w:tblGrid/>{rows}</w:tbl><w:p/>"


def as_word(content: str) -> bytes:
    return repacked(lambda _: document_xml(content).encode())


def document_xml(content: str) -> str:
    return f"<w:document {W}><w:body>{content}</w:body></w:document>"


def charset(name: str) -> bytes:
    return html("2021").replace("utf-8", name, 1).encode()


def many_entries() -> bytes:
    file = io.BytesIO(word("2021"))
    with zipfile.ZipFile(file, "a") as package:
        for n in range(60_000):
            package.writestr(f"word/{n}", "")
    return file.getvalue()


def many_parts() -> bytes:
    """20,000 parts that are all related to the document, as a package library loads them."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(word("2021"))) as sound, zipfile.ZipFile(file, "w") as made:
        for entry in sound.namelist():
            content = sound.read(entry)
            if entry == "word/_rels/document.xml.rels":
                kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
                more = "".join(f'<Relationship Id="x{n}" Type="{kind}" Target="m/{n}.xml"/>' for n in range(20_000))
                content = content.replace(b"</Relationships>", more.encode() + b"</Relationships>")
            made.writestr(entry, content)
        for n in range(20_000):
            made.writestr(f"word/m/{n}.xml", "<a/>")
    return file.getvalue()


def zip_bomb() -> bytes:
    return repacked(lambda c: c.replace(b"<w:t>", b"<w:t>" + b"1" * 190_000_000, 1))


def lying_sizes() -> bytes:
    """Says that it unpacks to 10 bytes."""
    body = zip_bomb()
    place = body.rfind(b"PK\x01\x02", 0, body.find(DOCUMENT.encode(), len(body) // 2))
    return body[: place + 24] + (10).to_bytes(4, "little") + body[place + 28 :]


LAUGHS = "<!DOCTYPE w [<!ENTITY a 'haha'>" + "".join(
    f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9)
)
OUTSIDE = "<!DOCTYPE w [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
RESTART, GOES_ON = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"

HTML: dict[str, Callable[[], Made]] = {
    "30,000 rows": lambda: in_page("<tr><td>一、本年新收</td>" + "<td>1</td>" * 7 + "</tr>\n" * 1, "</table>").replace(
        "</table>", ("<tr><td>申请人情况</td>" + "<td>1</td>" * 7 + "</tr>") * 30_000 + "</table>"
    ),
    "30,000 rows of table 3": lambda: html("2021").replace(
        "</table>", ("<tr><td>（一）予以公开</td>" + "<td>1</td>" * 7 + "</tr>") * 30_000 + "</table>"
    ),
    "30,000 rows that differ": lambda: html("2021").replace(
        "</table>", "".join(f"<tr><td>（{n}）予以公开</td>{'<td>1</td>' * 7}</tr>" for n in range(30_000)) + "</table>"
    ),
    "a million cells": lambda: in_page("<tr>" + "<td>1</td>" * 1_000_000 + "</tr>"),
    "a million empty cells": lambda: in_page("<tr>" + "<td>" * 1_000_000),
    "20,000 tables": lambda: in_page(("</table><table><tr>" + "<td>1</td>" * 5 + "</tr>") * 20_000),
    "a million attributes": lambda: in_page("<p " + " ".join(f"a{n}=1" for n in range(1_000_000)) + "></p>"),
    "300,000 attributes, quoted": lambda: in_page("<p " + "".join(f"a{n}='1'" for n in range(300_000)) + "></p>"),
    "the same attribute": lambda: in_page("<p " + "a=1 " * 1_000_000 + "></p>"),
    "a million elements with attributes": lambda: in_page("<p style='a:b'></p>" * 1_000_000),
    "a style of 20 MB": lambda: in_page("<p style='" + "display " * 2_500_000 + "'></p>"),
    "marks after a figure": lambda: html("2021").replace("</td>", MARK * 2_000_000 + "</td>", 1),
    "marks in every cell": lambda: html("2021").replace("</td>", MARK * 20_000 + "</td>"),
    "marks in a paragraph": lambda: in_page("<p>1" + MARK * 3_000_000 + "</p>", "</body>"),
    "marks of two classes in turn": lambda: in_page("<p>1" + "\u0301\u0327" * 1_000_000 + "</p>", "</body>"),
    "rowspan 65534": lambda: html("2021").replace("<td", '<td rowspan="65534"'),
    "colspan 1000": lambda: html("2021").replace("<td", '<td colspan="1000"'),
    "spans everywhere": lambda: in_page(("<tr>" + '<td rowspan="999" colspan="999">1</td>' * 10 + "</tr>") * 500),
    "rows covered from above": lambda: in_page(
        "<tr>" + '<td rowspan="9999">1</td>' * 200 + "</tr>" + "<tr><td>1</td></tr>" * 9_000
    ),
    "tables in tables, 10,000 deep": lambda: in_page("<table><tr><td>" * 10_000, "</body>"),
    "tables in tables, 300 deep, wide": lambda: in_page(
        ("<table><tr><td>1</td><td>2</td><td>3</td><td>4") * 300 + "1" * 1000, "</body>"
    ),
    "200 deep, 300 times": lambda: in_page(("<table><tr><td>" * 200 + "</td></tr></table>" * 200) * 300, "</body>"),
    "100,000 deep": lambda: in_page("<div>" * 100_000, "</body>"),
    "fonts 50,000 deep": lambda: in_page("<font><b>" * 50_000, "</body>"),
    "entities": lambda: in_page("&nbsp;&#1;&amp;&#x4e00;" * 1_000_000, "</body>"),
    "an entity bomb": lambda: LAUGHS.replace("w [", "html [") + "]>" + in_page("&j;", "</body>"),
    "an entity from outside": lambda: OUTSIDE.replace("w [", "html [") + in_page("&x;", "</body>"),
    "comments": lambda: in_page("<!-- x -->1" * 500_000, "</body>"),
    "hidden siblings": lambda: in_page("<p hidden>1</p>2" * 300_000, "</body>"),
    "100,000 headings": lambda: in_page("<p>一、总体情况</p>" * 100_000, "</body>"),
    "breaks": lambda: in_page("<br>" * 2_000_000, "</body>"),
    "a line of 20 MB": lambda: in_page("公开" * 3_500_000, "</body>"),
    "spaces": lambda: in_page("　 \u00a0" * 5_000_000, "</body>"),
    "nothing wide": lambda: in_page("\u200b\ufeff" * 3_000_000, "</body>"),
    "zero-width in figures": lambda: html("2021").replace("</td>", "\u200b" * 50_000 + "</td>"),
    "brackets": lambda: html("2021").replace("</td>", "（" * 50_000 + "</td>"),
    "a digit and spaces": lambda: html("2021").replace("</td>", " 1" * 50_000 + "</td>"),
    "charset=zlib": lambda: charset("zlib"),
    "charset=hex": lambda: charset("hex"),
    "charset=undefined": lambda: charset("undefined"),
    "charset=rot13": lambda: charset("rot13"),
    "charset=idna": lambda: charset("idna"),
    "charset=punycode": lambda: charset("punycode"),
    "charset=utf-7": lambda: charset("utf-7"),
    "charset=unicode_escape": lambda: charset("unicode_escape"),
    "charset=raw_unicode_escape": lambda: charset("raw_unicode_escape"),
    "charset=base64": lambda: charset("base64"),
    "charset=bz2": lambda: charset("bz2"),
    "charset=mbcs": lambda: charset("mbcs"),
    "charset=utf-32": lambda: charset("utf-32"),
    "charset=zlib in bytes of no text": lambda: b"\xff\xfe\xfd<html charset=zlib>" + bytes(range(128, 256)) * 9,
    "charset=undefined in bytes of no text": lambda: b"\xff<html charset=undefined>" + bytes(range(128, 256)) * 9,
    "charset=hex in bytes of no text": lambda: b"\xff<html charset=hex>" + bytes(range(128, 256)) * 9,
    "charset=idna in bytes of no text": lambda: b"\xff<html charset=idna>" + bytes(range(128, 256)) * 9,
    "nothing but a doctype": lambda: "<!doctype html>",
    "a processing instruction": lambda: "<?xml version='1.0'?><?php " + "x" * 1_000_000,
    "NUL in the middle": lambda: html("2021").replace("<p>", "<p>\0", 1),
    "half characters": lambda: in_page("&#xD800;&#xDFFF;&#x110000;&#99999999999;", "</body>"),
}
WORD: dict[str, Callable[[], Made]] = {
    "30,000 rows": lambda: in_word(row(*(cell() for _ in range(8))) * 30_000),
    "30,000 rows of one cell": lambda: in_word(row(cell()) * 30_000),
    "20,000 vertical merges": lambda: in_word(row(cell("1", RESTART)) + row(cell("", GOES_ON)) * 20_000),
    "2,000 vertical merges in eight columns": lambda: in_word(
        row(*(cell("1", RESTART) for _ in range(8))) + row(*(cell("", GOES_ON) for _ in range(8))) * 2_000
    ),
    "merges that begin nowhere": lambda: in_word(row(cell("", GOES_ON)) * 20_000),
    "a million cells": lambda: in_word(row(*("<w:tc><w:p/></w:tc>" for _ in range(1_000_000)))),
    "a span of a thousand million": lambda: in_word(row(*(cell("1", '<w:gridSpan w:val="1000000000"/>'),) * 5)),
    "spans of 10,000": lambda: in_word(row(*(cell("1", '<w:gridSpan w:val="10000"/>'),) * 20) * 200),
    "a span that is no number": lambda: in_word(row(*(cell("1", '<w:gridSpan w:val="many"/>'),) * 5)),
    "a span below nothing": lambda: in_word(row(*(cell("1", '<w:gridSpan w:val="-5"/>'),) * 5)),
    "a row that begins far out": lambda: in_word(
        f'<w:tr><w:trPr><w:gridBefore w:val="1000000000"/></w:trPr>{cell() * 5}</w:tr>'
    ),
    "tables in tables, 3,000 deep": lambda: as_word(
        "<w:tbl><w:tr><w:tc>" * 3_000 + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * 3_000
    ),
    "tables in tables, 60 deep": lambda: as_word(
        ("<w:tbl><w:tr>" + cell() * 4 + "<w:tc>") * 60 + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * 60
    ),
    "20,000 tables": lambda: in_word(word_table(row(*(cell() for _ in range(4)))) * 20_000, "<w:p>"),
    "200,000 paragraphs": lambda: in_word("<w:p><w:r><w:t>一、总体情况</w:t></w:r></w:p>" * 200_000, "<w:p>"),
    "paragraphs in a table": lambda: in_word("<w:p><w:r><w:t>1</w:t></w:r></w:p>" * 100_000, "</w:tc>"),
    "a million runs": lambda: in_word("<w:r><w:t>1</w:t></w:r>" * 1_000_000, "</w:p>"),
    "sdt, 200,000": lambda: in_word("<w:sdt><w:sdtContent><w:p/></w:sdtContent></w:sdt>" * 200_000, "<w:p>"),
    "sdt, 5,000 deep": lambda: as_word("<w:sdt><w:sdtContent>" * 5_000 + "</w:sdtContent></w:sdt>" * 5_000),
    "sdt around rows": lambda: in_word(f"<w:sdt><w:sdtContent>{row(cell(), cell())}</w:sdtContent></w:sdt>" * 20_000),
    "marks": lambda: in_word(f"<w:r><w:t>1{MARK * 3_000_000}</w:t></w:r>", "</w:p>"),
    "marks in a cell": lambda: in_word(cell("1" + MARK * 3_000_000), "</w:tr>"),
    "an entity bomb": lambda: repacked(lambda _: (LAUGHS + "]>" + document_xml("&j;")).encode()),
    "an entity from outside": lambda: repacked(
        lambda _: (OUTSIDE + document_xml("<w:p><w:r><w:t>&x;</w:t></w:r></w:p>")).encode()
    ),
    "a version that nobody has": lambda: with_bytes(6, b"\xff\xff"),
    "a method that nobody has": lambda: with_bytes(10, b"\x63\x00"),
    "a method that nobody has, inside": lambda: with_bytes(8, b"\x63\x00", central=False),
    "said to be encrypted": lambda: with_bytes(8, b"\x01\x00"),
    "said to be encrypted, inside": lambda: with_bytes(6, b"\x01\x00", central=False),
    "strongly encrypted": lambda: with_bytes(8, b"\x41\x00"),
    "patched data": lambda: with_bytes(8, b"\x20\x00"),
    "names in no encoding": lambda: with_bytes(8, b"\x00\x08").replace(b"word/styles.xml", b"word/sty\xff\xfes.xml"),
    "names that differ": lambda: word("2021").replace(b"word/styles.xml", b"word/stiles.xml", 1),
    "names with NUL": lambda: word("2021").replace(b"word/styles.xml", b"word/\0tyles.xml"),
    "a name of another folder": lambda: word("2021").replace(b"word/styles.xml", b"../../etc/x.xml"),
    "entries elsewhere": lambda: with_bytes(42, b"\xff\xff\xff\x7f"),
    "wrong sums": lambda: with_bytes(16, b"\0\0\0\0"),
    "60,000 entries": many_entries,
    "20,000 parts": many_parts,
    "a bomb": zip_bomb,
    "a bomb that lies": lying_sizes,
    "no content types": lambda: repacked(lambda _: b"", "[Content_Types].xml"),
    "other content types": lambda: repacked(
        lambda c: c.replace(b"wordprocessingml.document.main", b"x"), "[Content_Types].xml"
    ),
    "no relations": lambda: repacked(lambda _: b"<a/>", "_rels/.rels"),
    "relations to nothing": lambda: repacked(
        lambda c: c.replace(b"word/document.xml", b"word/nothing.xml"), "_rels/.rels"
    ),
    "relations outside": lambda: repacked(
        lambda c: c.replace(b"styles.xml", b"../../../x"), "word/_rels/document.xml.rels"
    ),
    "no XML": lambda: repacked(lambda _: b"\x00\x01"),
    "another root": lambda: repacked(lambda _: b"<a/>"),
    "no body": lambda: repacked(lambda _: f"<w:document {W}/>".encode()),
    "another encoding": lambda: repacked(lambda c: c.replace(b"UTF-8", b"x-none", 1)),
    "utf-16 said, utf-8 written": lambda: repacked(lambda c: c.replace(b"UTF-8", b"UTF-16", 1)),
}  # fmt: skip
TEXTS: dict[str, Callable[[], Made]] = {
    "a line of 49 MB": lambda: "一" * 16_000_000,
    "figures in a line": lambda: in_text("1 " * 10_000_000, "申请人情况"),
    "tabs": lambda: in_text("\t" * 20_000_000, "申请人情况"),
    "bars": lambda: in_text("|" * 5_000_000, "申请人情况"),
    "separators": lambda: in_text("|--" * 1_000_000 + "x", "申请人情况"),
    "separators and spaces": lambda: in_text("- " * 1_000_000 + "x\n" + "=-" * 1_000_000, "申请人情况"),
    "30,000 rows": lambda: in_text("（一）予以公开\t1\t2\t3\t4\t5\t6\t7\n" * 30_000, "三、"),
    "30,000 rows that differ": lambda: in_text(
        "\n".join(f"（{n}）予以公开\t1\t2\t3\t4\t5\t6\t7" for n in range(30_000)), "三、"
    ),
    "30,000 rows in table 3": lambda: in_text(
        "\n".join(f"（{n}）予以公开\t1\t2\t3\t4\t5\t6\t7" for n in range(30_000)), "四、"
    ),
    "long lines before a row": lambda: in_text(("本年" * 5_000 + "\n") * 500 + "1\t2\t3\t4\t5\t6\t7", "四、"),
    "100,000 headings": lambda: in_text("一、总体情况\n" * 100_000),
    "a million lines": lambda: in_text("x\n" * 1_000_000),
    "a million blank lines": lambda: in_text("\n" * 5_000_000),
    "other ends of lines": lambda: in_text("\u2028\x0b\x0c\x85" * 1_000_000),
    "marks": lambda: in_text("1" + MARK * 3_000_000),
    "marks in turn": lambda: in_text("1" + "\u0301\u0327" * 1_500_000),
    "marks in a figure": lambda: dump("2021", "\t").replace("\t1", "\t1" + MARK * 100_000),
    "one letter that becomes eighteen": lambda: in_text("\ufdfa" * 3_000_000),
    "brackets": lambda: in_text("(" * 3_000_000),
    "numbers with commas": lambda: in_text("1,111" * 1_000_000 + "x", "申请人情况"),
    "tags": lambda: in_text("<span" * 2_000_000),
    "escapes": lambda: in_text("\\" * 5_000_000),
    "claims": lambda: in_text("本年收到申请1件，办结1件。" * 100_000),
    "a claim without end": lambda: in_text("本年收到" + "政府信息公开申请的" * 300_000),
    "a clause of causes": lambda: in_text("未" + "因政府信息公开工作" * 300_000),
    "nothing, again and again": lambda: in_text("未收到过任何" * 300_000),
    "disputes": lambda: in_text("未发生行政复议和行政诉讼" * 200_000),
    "claims that fit two ways": lambda: in_text("一、总体情况\n收到" + "申请公开政府信息" * 200 + "。"),
    "a separator that is none": lambda: in_text("-" * 10_000 + "x", "申请人情况"),
    "spaces before no page number": lambda: in_text(" " * 100_000 + "x"),
    "years": lambda: in_text("2024年" * 1_000_000),
    "titles": lambda: ("青岚市" * 18 + "政府信息公开工作年度报告x告\n") * 2_000 + dump("2021", "\t"),
    "a long title": lambda: "关于" + "市" * 1_000_000 + "政府信息公开工作年度报告\n" + dump("2021", "\t"),
    "introductions": lambda: in_text("本报告由" * 500_000),
    "periods": lambda: in_text("自2024年1月1日" * 500_000),
    "dates": lambda: dump("2021", "\t") + "\n" + "2024年1月1日" * 500_000,
    "invisible": lambda: in_text("\u200b" * 5_000_000),
    "percentages": lambda: in_text(("占比" + "1" * 100 + "%，") * 50_000),
    "aligned words": lambda: in_text(("自然人 " * 20 + "\n") * 2_500, "申请人情况"),
    "aligned figures": lambda: in_text(("1 " * 60 + "\n") * 2_000, "四、"),
    "labels in columns": lambda: in_text(("（一）予以公开  1  2  3  4  5  6  7\n") * 8_000, "四、"),
    "utf-16 of nothing": lambda: b"\xff\xfe" + b"\x00\xd8" * 1000,
}  # fmt: skip
MARKDOWN: dict[str, Callable[[], Made]] = {
    "30,000 rows": lambda: markdown("2021") + "| （一）予以公开 | 1 | 2 | 3 | 4 | 5 | 6 | 7 |\n" * 30_000,
    "a million cells": lambda: markdown("2021").replace("| --- |", "| --- |" + " 1 |" * 1_000_000, 1),
    "headings": lambda: markdown("2021") + "#" * 5_000_000,
    "stars": lambda: markdown("2021") + "*" * 5_000_000,
    "bars and marks": lambda: markdown("2021") + ("|" + MARK) * 1_000_000,
}
ALL = {
    f"{suffix}: {what}": (f"a.{suffix}", make)
    for suffix, made in (("html", HTML), ("docx", WORD), ("txt", TEXTS), ("md", MARKDOWN))
    for what, make in made.items()
}


def made(what: str) -> tuple[str, bytes]:
    """A hostile file by its name in ALL: its file name and its bytes."""
    name, make = ALL[what]
    body = make()
    return name, body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body


def main(words: list[str]) -> None:
    """Read those whose names hold one of `words`, or all."""
    from tasks.judge.files import judge_file
    from tasks.read import guard
    from tasks.read.guard.place import READING

    slow, ours = [], []
    for what in [what for what in ALL if not words or any(what.startswith(w) for w in words)]:
        name, body = made(what)
        began = time.monotonic()
        try:
            judged = judge_file(name, body)
            report, verdict, rejected = judged.report, judged.verdict, judged.rejected
            ended = (
                f"{rejected.code} {rejected.detail}"
                if rejected
                else f"{verdict.outcome} {verdict.reason} {len(report.doubts)} doubts {len(report.claims)} claims"
            )
        except Exception as error:
            ended = f"OURS {type(error).__name__}: {str(error)[:200]}"
            ours.append(what)
        seconds = time.monotonic() - began
        cpu = next(reversed(guard._guards[READING]._files.values())).spent
        if cpu > 3:
            slow.append((round(cpu, 1), what))
        print(f"{seconds:6.2f} s {cpu:5.2f} CPU {len(body) / 1e6:6.1f} MB  {what}: {ended}", flush=True)
    print(f"{len(slow)} over 3 s: {slow}\n{len(ours)} our failures: {ours}")
    rng = random.Random(1)
    for name, body in (
        ("a.html", html("2021").encode()),
        ("a.docx", word("2021")),
        ("a.txt", dump("2021", "\t").encode()),
    ):
        print(name, judge_file(name, body + b" " * rng.randrange(3) if name != "a.docx" else body).verdict.outcome)


if __name__ == "__main__":
    main(sys.argv[1:])
