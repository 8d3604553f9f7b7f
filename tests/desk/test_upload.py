"""Files are handed in, by the browser itself to S3 or through the desk, and followed until they are judged."""

import asyncio
import os
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import update

from expectations.forms import FORMS
from flows.demo import samples
from flows.desk.follow import Following
from tasks.ledger import ObjectVersion, ReceiptWritten, Settlement
from tasks.ledger.tables import uploads
from tasks.names import landing_name
from tasks.roles import Role
from tasks.samples import SampleReport, consistent_figures, draw_pdf
from tests.desk.conftest import EVERY_ROLE

HOSTILE = "../../lake/<img src=x onerror=alert(1)>‮fdp.\n'\"&.pdf"


def begin(client, *files):
    answer = client.call("/upload/begin", files=[{"path": path, "size": size} for path, size in files])
    assert answer.status_code == 200, answer.text
    return answer.json()["files"]


def put(client, given, body):
    return client.put(f"/upload/{given['id']}", content=body, headers={"X-CSRF-Token": client.csrf})


def landed(s3, buckets):
    return {one["Key"]: one["Size"] for one in s3.list_objects_v2(Bucket=buckets.landing.bucket).get("Contents", [])}


def test_five_files_are_handed_in_and_five_verdicts_seen(browse, served, s3, buckets, judging, tmp_path, monkeypatch):
    monkeypatch.setenv("NIANBAO_DESK_STORAGE_URL", os.environ["AWS_ENDPOINT_URL_S3"])
    files = {sample.name: sample.body for sample in samples()}
    another = SampleReport("松岭县林业局", 2022, "2021", consistent_figures(FORMS["2021"], random.Random(7)))
    files["松岭县林业局2022年年报.pdf"] = draw_pdf(another)
    for name, body in files.items():
        (tmp_path / name).write_bytes(body)
    page = browse(Role.HAND_IN)
    direct = []
    page.on("response", lambda got: direct.append(got.status) if got.request.method == "POST" else None)
    page.set_input_files("#files", [tmp_path / name for name in files])
    for kind, count in {"validated": 3, "quarantined": 1, "rejected": 1}.items():
        page.locator(f".file[data-kind={kind}]").nth(count - 1).wait_for(timeout=60_000)
    assert direct.count(201) == 5, "the browser sent them to S3 itself"
    row = page.locator(".file", has_text="松岭县林业局2022年年报.pdf")
    assert "松岭县林业局" in row.locator(".sentence").inner_text()
    assert row.locator("a.title").get_attribute("href").startswith("/report/")
    page.reload()
    assert page.locator(".file[data-kind=validated]").count() == 3


def test_where_s3_cannot_be_reached_files_come_through_the_desk(browse, served, s3, buckets, tmp_path, monkeypatch):
    monkeypatch.setenv("NIANBAO_DESK_STORAGE_URL", "http://127.0.0.1:9")
    for number in range(3):
        (tmp_path / f"{number}.pdf").write_bytes(b"%PDF" + os.urandom(6_000_000 if number == 0 else 1000))
    page = browse(Role.HAND_IN)
    page.set_input_files("#files", [tmp_path / f"{number}.pdf" for number in range(3)])
    page.locator(".file[data-kind=waiting]").nth(2).wait_for()
    page.get_by_text("等待读取").nth(2).wait_for()
    assert landed(s3, buckets) == {"0.pdf": 6_000_004, "1.pdf": 1004, "2.pdf": 1004}


def test_what_cannot_be_read_is_told_at_once(browse, served, s3, buckets, tmp_path):
    (tmp_path / "年报.exe").write_bytes(b"MZ")
    (tmp_path / "空.pdf").write_bytes(b"")
    page = browse(Role.HAND_IN)
    page.set_input_files("#files", [tmp_path / "年报.exe", tmp_path / "空.pdf"])
    page.get_by_text("不支持这种文件类型").wait_for()
    page.get_by_text("文件是空的").wait_for()
    assert landed(s3, buckets) == {}


def test_a_hostile_name_stays_text_and_in_landing(browse, served, visit, s3, buckets, ledger):
    client = visit(Role.HAND_IN)
    (given,) = begin(client, (HOSTILE, 4))
    assert put(client, given, b"%PDF").status_code == 200
    (key,) = landed(s3, buckets)
    assert key == "lake/<img src=x onerror=alert(1)>_fdp._'\"&.pdf"
    page = browse()
    page.context.add_cookies([{"name": n, "value": v, "url": served} for n, v in client.cookies.items()])
    page.goto("/upload")
    assert page.locator("a.title").inner_text() == key
    assert page.locator("img[src=x]").count() == 0


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("年报.pdf", "年报.pdf"),
        ("2024/青岚市/年报.pdf", "2024/青岚市/年报.pdf"),
        ("/etc/年报.pdf", "etc/年报.pdf"),
        ("..\\..\\年报.pdf", "年报.pdf"),
        ("./a/../../年报.pdf", "a/年报.pdf"),
        ("a//b.pdf", "a/b.pdf"),
        ("年\x00报\u202e.pdf", "年_报_.pdf"),
        ("../..", ""),
    ],
)
def test_a_path_is_a_name_in_landing(path, name):
    assert landing_name(path) == name
    assert len(landing_name("年" * 400 + "/" + "报" * 400 + ".pdf").encode()) <= 900
    assert landing_name("报" * 400 + ".pdf").endswith("报.pdf")


def test_nobody_overwrites_what_somebody_else_handed_in(visit, s3, buckets, ledger):
    wang, li = visit(Role.HAND_IN), visit(Role.HAND_IN, name="李四")
    (first,) = begin(wang, ("年报.pdf", 5))
    (second,) = begin(li, ("年报.pdf", 6))
    assert (first["name"], second["name"]) == ("年报.pdf", "第2份/年报.pdf")
    assert put(li, first, b"%PDF1").status_code == 404, "a name is its own user's"
    assert put(wang, first, b"%PDF1").status_code == 200
    assert put(li, second, b"%PDF12").status_code == 200
    assert put(wang, first, b"%PDF2").status_code == 409
    s3.put_object(Bucket=buckets.landing.bucket, Key="别处.pdf", Body=b"%PDF")
    names = [given["name"] for given in begin(wang, ("年报.pdf", 5), ("年报.pdf", 5), ("别处.pdf", 5))]
    assert names == ["第3份/年报.pdf", "第4份/年报.pdf", "第2份/别处.pdf"]
    assert landed(s3, buckets) == {"年报.pdf": 5, "第2份/年报.pdf": 6, "别处.pdf": 4}
    assert ledger.counts().open == 2, "the ledger knows of both without an event"


def test_only_what_was_announced_comes_through(visit, s3, buckets):
    client = visit(Role.HAND_IN)
    given = begin(client, ("大.pdf", 10_000_000), ("小.pdf", 5), ("年报.exe", 5), ("太大.pdf", 50_000_001))
    assert [bool(one.get("error")) for one in given] == [False, False, True, True]
    assert put(client, given[0], b"x" * 9_999_999).status_code == 400
    assert put(client, given[0], b"x" * 10_000_001).status_code == 413
    assert put(client, given[1], b"x" * 6).status_code == 413
    assert client.put(f"/upload/{given[1]['id']}", content=b"xxxxx").status_code == 403, "without a token"
    assert landed(s3, buckets) == {}
    assert not s3.list_multipart_uploads(Bucket=buckets.landing.bucket).get("Uploads")
    assert client.call(f"/upload/{given[1]['id']}/arrived").status_code == 409
    assert client.call("/upload/begin", files=[{"path": 1, "size": True}]).status_code == 400
    assert client.call("/upload/begin", files=[]).status_code == 400


def test_what_is_read_is_taken(visit, s3, buckets):
    """Old office files were refused by their names, though they are read where LibreOffice is."""
    names = [f"年报{kind}" for kind in (".pdf", ".docx", ".xlsx", ".html", ".txt", ".md", ".doc", ".wps", ".RTF")]
    assert [one["name"] for one in begin(visit(Role.HAND_IN), *((name, 5) for name in names))] == names


def test_who_may_not_hand_in_cannot(visit, s3, buckets):
    others = visit(*EVERY_ROLE - {Role.HAND_IN})
    assert others.get("/upload").status_code == 403
    assert others.call("/upload/begin", files=[{"path": "年报.pdf", "size": 5}]).status_code == 403
    assert others.get("/upload/events").status_code == 403
    assert visit().call("/upload/begin", files=[]).status_code == 401


def test_names_that_nothing_came_under_are_given_again(visit, s3, buckets, ledger):
    client = visit(Role.HAND_IN)
    begin(client, ("年报.pdf", 5))
    with ledger.writing() as connection:
        connection.execute(update(uploads).values(at=ledger.now(connection) - timedelta(hours=3)))
    begin(client, ("别的.pdf", 5))
    assert begin(client, ("年报.pdf", 5))[0]["name"] == "年报.pdf"


def test_each_follows_what_is_their_own_until_it_is_judged(buckets, ledger):
    async def following():
        upload = ledger.give_names("王莉", "landing", [("a.pdf", 1)])["a.pdf"]
        all_who_follow = Following()
        mine, others = all_who_follow.events("王莉"), all_who_follow.events("李四")
        assert '"kind": "sending"' in await anext(mine)
        waits = asyncio.create_task(anext(others))
        (object_id,) = ledger.add([ObjectVersion("landing", "a.pdf", "e")])
        ledger.has_come(upload.id, "e", 1)
        assert '"kind": "waiting"' in await asyncio.wait_for(anext(mine), 5)
        ledger.claim([object_id], "test", 60)
        assert '"kind": "reading"' in await asyncio.wait_for(anext(mine), 5)
        ledger.settle([Settlement(object_id, "validated", None, "数据已入库。", "松岭县林业局", 2022)], "test")
        ledger.receipts_written([ReceiptWritten(object_id, None, 1)], "test")
        assert "松岭县林业局 2022 年度：数据已入库。" in await asyncio.wait_for(anext(mine), 5)
        assert not waits.done()
        waits.cancel()
        await mine.aclose()

    with ThreadPoolExecutor(1) as aside:  # a browser's loop may run in this thread
        aside.submit(asyncio.run, following()).result()
