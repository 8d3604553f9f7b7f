"""What a browser makes of every page: nothing bars people from it, and nothing overflows."""

from pathlib import Path

import pytest

from flows.desk.passwords import password_hash
from flows.desk.view import FOLDER, TABS
from tasks.ledger import ObjectVersion, ReceiptWritten, Settlement
from tasks.roles import Role
from tests.desk.bars import bars
from tests.desk.conftest import EVERY_ROLE

PAGES = (*(tab.path for tab in TABS), "/inbox?q=没有", "/operate/people", "/password", "/nowhere")
DOCS = Path(__file__).parents[2] / "docs"
MESSAGE = "表三“（一）予以公开”行：各类申请人之和为 3，总计为 4，相差 1。"


@pytest.fixture
def some(ledger, buckets):
    """A user with uploads, one of each outcome, and others on their way."""
    outcomes = ("validated", "quarantined", "rejected", "failed", None)
    names = [f"2024/青岚市/青岚市人民政府2024年政府信息公开工作年度报告{number}.pdf" for number in range(5)]
    given = ledger.give_names("王莉", buckets.landing.bucket, [(name, 345_678) for name in names])
    versions = [ObjectVersion(buckets.landing.bucket, name, f"e{n}") for n, name in enumerate(names)]
    ids = ledger.add(versions)
    ledger.claim(ids, "test", 60)
    done = [
        Settlement(
            i,
            outcome,
            "T3.ROW_SUM",
            "各类申请人之和为 3，总计为 4，相差 1。" * 2,
            "青岚市人民政府",
            2024,
            sha256=f"s{i}",
        )
        for i, outcome in zip(ids, outcomes, strict=True)
        if outcome
    ]
    ledger.settle(done, "test")
    ledger.receipts_written([ReceiptWritten(one.object_id, None, 1) for one in done], "test")
    for upload, version in zip(given.values(), versions, strict=True):
        ledger.has_come(upload.id, version.etag, 345_678)
    ledger.add_user("陈静", [Role.REVIEW], password_hash("春眠不觉晓处处闻啼鸟"))


@pytest.mark.parametrize(("width", "scheme"), [(1200, "light"), (400, "dark")])
def test_nothing_bars_people_from_a_page(browse, some, width, scheme):
    page = browse(*EVERY_ROLE, width=width, scheme=scheme)
    for path in PAGES:
        page.goto(path)
        page.wait_for_load_state("load")
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, path
        assert bars(page, scheme) == [], path


@pytest.mark.parametrize("tab", TABS, ids=lambda tab: tab.path)
def test_every_page_of_the_navigation_has_its_icon_and_is_documented(tab):
    assert f'name == "{tab.path}"' in (FOLDER / "templates" / "icons.html").read_text()
    assert f"| {tab.label} `{tab.path}` |" in (DOCS / "desk.md").read_text()


def test_nor_from_the_sign_in(browse):
    page = browse(width=400)
    page.goto("/sign-in")
    assert bars(page) == []


def test_it_can_be_used_by_keyboard(browse, some):
    page = browse(*EVERY_ROLE)
    page.goto("/inbox")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content", "the first key leads past the navigation"
    page.locator("summary").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="退出登录").wait_for()
    page.keyboard.press("Escape")
    assert not page.get_by_role("button", name="退出登录").is_visible()
