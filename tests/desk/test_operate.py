"""How the services are, failures that are read again, and who may come."""

import re

import pytest
from typer.testing import CliRunner

from flows.cli import app
from flows.desk.links import told
from tasks.ledger import ObjectVersion, ReceiptWritten, Settlement
from tasks.ledger.users import UserError
from tasks.roles import Role
from tests.desk.conftest import EVERY_ROLE


@pytest.fixture
def failed(ledger):
    """Three objects that our machinery broke on, and one that is validated."""
    versions = [ObjectVersion("landing", f"{name}.pdf", name) for name in ("a", "b", "c", "good")]
    ids = ledger.add(versions)
    ledger.claim(ids, "test", 60)
    outcomes = ["failed"] * 3 + ["validated"]
    settled = [Settlement(i, outcome, sha256=f"s{i}") for i, outcome in zip(ids, outcomes, strict=True)]
    ledger.settle(settled, "test")
    ledger.receipts_written([ReceiptWritten(i, None, 1) for i in ids], "test")
    return ids


def waiting(ledger):
    return [one.id for one in ledger.waiting(100)]


def test_failures_are_read_again_one_or_all(visit, buckets, ledger, failed):
    operator = visit(Role.OPERATE)
    assert "a.pdf" in operator.get("/operate").text
    assert operator.order("/operate/replay", id=str(failed[1])).status_code == 303
    assert waiting(ledger) == [failed[1]]
    operator.order("/operate/replay", id=str(failed[3]))
    assert waiting(ledger) == [failed[1]], "what did not fail is left alone"
    operator.order("/operate/replay", all="1")
    assert waiting(ledger) == failed[:3]
    assert operator.order("/operate/replay", id="x").status_code == 400


def test_what_waits_and_what_answers_is_seen(visit, buckets, ledger):
    ledger.add([ObjectVersion("landing", "等着.pdf", "e")])
    text = visit(Role.OPERATE).get("/operate").text
    assert "等着.pdf" in text
    assert re.search(r"对象存储</th><td><span class=\"badge validated\">正常", text)
    assert re.search(r"Prefect</th><td><span class=\"badge failed\">没有响应", text)


def test_only_operators_operate(visit, buckets, ledger, failed):
    other = visit(*EVERY_ROLE - {Role.OPERATE})
    for path in ("/operate", "/operate/now", "/operate/people"):
        assert other.get(path).status_code == 403
    assert other.order("/operate/replay", all="1").status_code == 403
    assert other.order("/operate/people/add", name="李四", role="operate").status_code == 403
    assert waiting(ledger) == []
    assert ledger.user("李四") is None


def test_users_are_added_changed_and_removed(visit, ledger):
    operator = visit(Role.OPERATE)
    page = operator.order("/operate/people/add", name="李四", role=["hand_in", "review"]).text
    link = re.search(r"https?://[^<]+(/sign-in/[\w-]+)", page)[1]
    other = visit()
    assert other.order(link).status_code == 303
    assert other.get("/upload", follow_redirects=False).status_code == 200
    operator.order("/operate/people/change", name="李四", do="roles", role="read")
    assert ledger.user("李四").roles == {Role.READ}
    assert other.get("/upload", follow_redirects=False).status_code == 303, "signed out by the change"
    assert operator.order("/operate/people/add", name="李四", role="read").status_code == 400
    assert operator.order("/operate/people/add", name="a\u202eb", role="read").status_code == 400
    assert operator.order("/operate/people/change", name="王莉", do="remove").status_code == 400
    operator.order("/operate/people/change", name="李四", do="remove")
    assert ledger.user("李四") is None


def test_an_id_that_is_given_again_opens_no_old_session(visit, ledger):
    old = visit(Role.READ, name="旧人")
    ledger.remove_user("旧人")
    ledger.add_user("新人", [Role.OPERATE])
    assert old.get("/inbox", follow_redirects=False).status_code == 303


def test_the_first_user_is_made_and_let_in_until_there_is_a_password(visit, ledger, home):
    first, again = (told(home, str(ledger.url)) for _ in range(2))
    (user,) = ledger.every_user()
    assert user.roles == EVERY_ROLE
    link = re.search(r"(/sign-in/[\w-]+)", first)[1]
    assert visit().order(link).status_code == 303
    assert "/sign-in/" in again
    ledger.change_user(user.name, password="hash")
    assert "/sign-in/" not in told(home, str(ledger.url))


def test_the_command_does_the_same(home, ledger):
    def run(*arguments, code=0):
        done = CliRunner().invoke(app, ["user", *arguments])
        assert done.exit_code == code, done.output
        return done.output

    assert "/sign-in/" in run("add", "王莉", "--role", "hand_in", "--role", "review")
    assert "王莉　上传、核对　无密码" in run("list")
    assert "已有用户" in run("add", "王莉", "--role", "read", code=1)
    run("password", "王莉", "--password", "春眠不觉晓处处闻啼鸟")
    assert "8 到 200" in run("password", "王莉", "--password", "short", code=2)
    run("role", "王莉", "--role", "operate")
    assert (ledger.user("王莉").roles, bool(ledger.user("王莉").password)) == ({Role.OPERATE}, True)
    assert "/sign-in/" in run("link", "王莉")
    run("remove", "王莉")
    assert "没有用户" in run("link", "王莉", code=1)


@pytest.mark.parametrize("name", ["", " a", "a\n", "-x", "a" * 65, "\u202e"])
def test_nobody_is_called_what_cannot_be_read(ledger, name):
    with pytest.raises(UserError):
        ledger.add_user(name, [Role.READ])


def test_a_ledger_that_is_made_anew_keeps_who_may_come(ledger, visit, failed):
    visit(Role.READ)
    ledger.clear()
    assert ledger.is_empty()
    assert ledger.user("王莉").roles == {Role.READ}
