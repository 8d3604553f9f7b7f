"""Where we lean on what a library does not promise: each seam held by a small test, whose message says what breaks."""

import ctypes
import io
import logging
import re
import sqlite3
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import ClassVar

import cssselect2
import docx
import pdfplumber
import pypdfium2 as pdfium
import pypdfium2.raw as raw
import pytest
import tinycss2
import typer
from docx.oxml.ns import qn
from lxml import etree
from reportlab.pdfgen.canvas import Canvas
from typer import rich_utils
from typer.core import TyperCommand, TyperGroup

from flows.cli.chinese import _TITLES
from tasks.read.drawn import page_objects, quick
from tasks.storage import s3_client

READ = Path(__file__).parents[1] / "tasks" / "read"


# Great Expectations


@pytest.fixture(scope="module")
def validated(tmp_path_factory):
    """Of a batch of 250 broken rows: the result of our expectation, and of one whose query is no SQL."""
    gx = import_module("great_expectations")
    kind = import_module("expectations.suites.expectation").ExpectStatutoryRuleToHold
    path = tmp_path_factory.mktemp("gx") / "rows.sqlite"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE figures (value INTEGER)")
        database.executemany("INSERT INTO figures VALUES (?)", [(number,) for number in range(250)])
    context = gx.get_context(mode="ephemeral")
    asset = context.data_sources.add_sqlite("s", connection_string=f"sqlite:///{path}").add_table_asset("figures")
    batch = asset.add_batch_definition_whole_table("all").get_batch()
    suite = context.suites.add(gx.ExpectationSuite("suite"))
    for rule, query in (("broken", "SELECT value FROM {batch}"), ("no-sql", "SELECT nothing FROM {batch}")):
        suite.add_expectation(kind(unexpected_rows_query=query, meta={"rule": rule}))
    results = batch.validate(suite, result_format="COMPLETE").results
    return {result.expectation_config.meta["rule"]: result for result in results}


def test_great_expectations_tells_all_rows_that_break_a_rule(validated):
    rows = validated["broken"].result["details"]["unexpected_rows"]
    assert len(rows) == 250, "expectations/suites/expectation.py: findings beyond the 200th row would be lost"
    assert rows[0] == {"value": 0}, "expectations/suites/runner.py: rows are no longer dicts by column"
    assert not validated["broken"].success


def test_great_expectations_tells_a_query_that_fails_from_a_rule_that_does(validated):
    failed = validated["no-sql"]
    assert (failed.result or {}).get("details") is None, (
        "runner.py would take a broken rule for one that holds or fails"
    )
    assert "nothing" in str(failed.exception_info), "runner.py: the reason why a rule could not be evaluated is lost"


def test_great_expectations_calls_what_we_override():
    metric = import_module("expectations.suites.expectation").UnexpectedRowsQueryTable
    name = "_get_sqlalchemy_records_from_substituted_batch_subquery"
    assert "fetch_all" in signature(getattr(metric, name)).parameters, "expectation.py: only 200 rows would be fetched"
    base = import_module("expectations.suites.expectation").UnexpectedRowsExpectation
    assert isinstance(base.configuration, property), "expectation.py: its cache of the configuration does nothing"
    assert list(signature(base._validate).parameters)[:2] == ["self", "metrics"], (
        "expectation.py: _validate is not used"
    )


# botocore


class _Bucket(BaseHTTPRequestHandler):
    """Answers the first PUT of a key NoSuchKey, as a server does whose folder went away; the next one well."""

    seen: ClassVar[list] = []

    def do_PUT(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        again = any(path == self.path for path, _ in self.seen)
        self.seen.append((self.path, dict(self.headers)))
        body = b"" if again else b"<Error><Code>NoSuchKey</Code><Message>gone</Message></Error>"
        self.send_response(200 if again else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def puts(monkeypatch):
    """What a server sees of a PUT by our client."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Bucket)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(_Bucket, "seen", [])
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{server.server_port}")
    for name, value in (("ACCESS_KEY_ID", "a"), ("SECRET_ACCESS_KEY", "b"), ("REGION", "us-east-1")):
        monkeypatch.setenv(f"AWS_{name}", value)
    s3_client().put_object(Bucket="bucket", Key="key", Body=b"x")
    server.shutdown()
    server.server_close()
    return _Bucket.seen


def test_botocore_asks_our_handlers_and_no_longer_waits_for_100_continue(puts):
    assert len(puts) == 2, (
        "tasks/storage.py: a PUT whose folder went away is not tried again (needs-retry.s3.PutObject)"
    )
    headers = {name.lower(): value for name, value in puts[0][1].items()}
    assert "expect" not in headers, "tasks/storage.py: each PUT costs a round trip more (before-call.s3)"
    assert re.fullmatch(r"nianbao( Botocore/\S+)?", headers["user-agent"]), (
        "tasks/storage.py: the user agent is put together for each request"
    )
    assert "x-amz-checksum-crc32" not in headers, "tasks/storage.py: stores that know no checksums will refuse"
    assert puts[0][0] == "/bucket/key", "tasks/storage.py: addresses are no longer path-style"


# python-docx


def test_python_docx_gives_its_elements_and_the_parts_of_running_heads():
    document = docx.Document()
    document.add_paragraph("正文")
    document.sections[0].header.paragraphs[0].text = "页眉"
    file = io.BytesIO()
    document.save(file)
    opened = docx.Document(io.BytesIO(file.getvalue()))
    assert opened.element.body.tag.endswith("}body"), "tasks/read/docx.py: no body to read"
    assert opened.styles.element.tag.endswith("}styles"), "tasks/read/visible: hidden styles are not seen"
    heads = [r.target_part.element for r in opened.part.rels.values() if r.reltype.endswith("/header")]
    texts = ["".join(text.text for text in head.iter(qn("w:t"))) for head in heads]
    assert texts == ["页眉"], "tasks/read/docx_names.py: running heads are not read"


def test_a_comment_ends_the_text_of_an_element():
    text = etree.fromstring("<t>1<!-- x -->2</t>")
    assert text.text == "1", "if this is 12, tasks/read/visible/word.py need not take comments out first"
    etree.strip_elements(text, etree.Comment, with_tail=False)
    assert text.text == "12", "tasks/read/visible/word.py: figures that stand around a comment would be cut"


# PDFium and pdfplumber


@pytest.fixture(scope="module")
def page_bytes():
    """A page with a text, a line and a rectangle."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(200, 100))
    canvas.drawString(20, 50, "42")
    canvas.line(10, 10, 100, 10)
    canvas.rect(10, 20, 30, 30)
    canvas.save()
    return file.getvalue()


def test_pdfium_has_every_function_and_constant_that_we_name():
    names = {m for path in READ.rglob("*.py") for m in re.findall(r"\braw\.(F[PS]\w+)", path.read_text("utf-8"))}
    assert len(names) > 30
    missing = sorted(name for name in names if not hasattr(raw, name))
    assert not missing, f"tasks/read: PDFium no longer has {missing}"


def test_pdfium_called_by_address_answers_as_when_called_by_ctypes(page_bytes):
    page = pdfium.PdfDocument(page_bytes)[0]
    kinds = [found.kind for found in page_objects(page)]
    count = raw.FPDFPage_CountObjects(page.raw)
    slow = [raw.FPDFPageObj_GetType(raw.FPDFPage_GetObject(page.raw, number)) for number in range(count)]
    assert kinds == slow, "tasks/read/drawn.py: `quick` calls something else"
    assert {raw.FPDF_PAGEOBJ_TEXT, raw.FPDF_PAGEOBJ_PATH} <= set(kinds)
    text = page.get_textpage()
    unicode = quick(raw.FPDFText_GetUnicode, ctypes.c_uint, ctypes.c_void_p, ctypes.c_int)
    handle = ctypes.cast(text.raw, ctypes.c_void_p).value
    assert "".join(chr(unicode(handle, number)) for number in range(2)) == "42"
    assert page.formenv is None, "tasks/read/annotated.py asks for it"


def test_pdfplumber_has_the_characters_as_the_second_engine_wants_them(page_bytes):
    with pdfplumber.open(io.BytesIO(page_bytes)) as pdf:
        page = pdf.pages[0]
        chars = page.chars
        assert "".join(char["text"] for char in chars) == "42"
        assert {"x0", "top", "x1", "bottom"} <= chars[0].keys(), "second_engine.py: figures without a place"
        assert (page.cropbox[0], page.bbox[0]) == (0, 0)
    assert import_module("pdfminer.psparser").__name__.split(".")[0] == "pdfminer"
    import_module("tasks.read.second_engine")
    assert logging.getLogger("pdfminer").level == logging.ERROR, "second_engine.py: a warning for every font"


def test_pdfminer_writes_what_it_cannot_decode_as_cid():
    source = Path(import_module("pdfminer.converter").__file__).read_text(encoding="utf-8")
    assert '"(cid:%d)"' in source or "(cid:{" in source, "second_engine.py would take undecoded characters for others"


# cssselect2 and tinycss2


def test_cssselect2_matches_wrapped_elements_and_names_what_selectors_end_in():
    root = etree.HTML("<p id=a class=b>x</p>")
    selectors = cssselect2.compile_selector_list("#a, p.b::before, div > p")
    names = [(one.id, one.class_name, one.lower_local_name) for one in selectors]
    assert names == [("a", None, None), (None, "b", "p"), (None, None, "p")], (
        "css.py: hidden elements are not looked at"
    )
    assert not any(one.never_matches for one in selectors)
    matcher = cssselect2.Matcher()
    for number, selector in enumerate(selectors):
        matcher.add_selector(selector, number)
    wrapped = list(cssselect2.ElementWrapper.from_html_root(root).iter_subtree())
    found = next(matcher.match(one) for one in wrapped if one.etree_element.tag == "p")
    assert [(pseudo, payload) for _, _, pseudo, payload in found] == [("before", 1), (None, 0)], (
        "css.py: styles mixed up"
    )


def test_tinycss2_gives_nodes_by_type_and_their_values_as_text():
    (rule,) = tinycss2.parse_stylesheet("p { COLOR: Red !important }", True, True)
    (node,) = tinycss2.parse_blocks_contents(rule.content, True, True)
    told = (rule.type, node.type, node.lower_name, node.important, tinycss2.serialize(node.value).strip())
    assert told == ("qualified-rule", "declaration", "color", True, "Red"), "css.py: no style would be seen"


# typer


def test_typer_has_the_classes_and_the_words_that_are_told_in_chinese():
    usage, command = typer.BadParameter.__mro__[1], TyperCommand.__mro__[1]
    assert usage.__name__ == "UsageError", "flows/cli/chinese.py: wrong usage ends in a traceback"
    assert issubclass(TyperGroup, command), "flows/cli/chinese.py: help is not in Chinese"
    missing = [name for name in _TITLES if not hasattr(rich_utils, name)]
    assert not missing, f"flows/cli/chinese.py: {missing} would be told in English"
