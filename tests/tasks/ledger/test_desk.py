"""People, what they hand in, and the list that they look through, on either database."""

from datetime import UTC, datetime, timedelta

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import insert

from tasks.ledger import Ledger, ObjectVersion, Settlement
from tasks.ledger.database import _MIGRATIONS
from tasks.ledger.listing import Wanted
from tasks.ledger.tables import objects
from tasks.ledger.users import UserError
from tasks.roles import Role

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)


def test_a_user_comes_in_by_a_link_once(ledger):
    user = ledger.add_user("王莉", [Role.HAND_IN, Role.REVIEW])
    assert (user.roles, user.may(Role.READ), user.may(Role.OPERATE)) == ({Role.HAND_IN, Role.REVIEW}, True, False)
    ledger.add_link("王莉", "hash", timedelta(hours=1))
    assert ledger.use_link("hash") == user
    assert ledger.use_link("hash") is None
    ledger.add_link("王莉", "late", timedelta(hours=-1))
    assert ledger.use_link("late") is None
    with pytest.raises(UserError):
        ledger.add_user("王莉", [Role.READ])
    ledger.failed_to_sign_in(user.id)
    assert ledger.user("王莉").failures == 1
    changed = ledger.change_user("王莉", roles=[Role.OPERATE])
    assert (changed.failures, changed.roles, changed.epoch > user.epoch) == (0, {Role.OPERATE}, True)
    ledger.add_link("王莉", "gone with the user", timedelta(hours=1))
    ledger.remove_user("王莉")
    assert ledger.use_link("gone with the user") is None


def test_a_name_is_given_once(ledger):
    given = ledger.give_names("王莉", "landing", [("a.pdf", 1), ("b.pdf", 2)])
    assert ledger.give_names("李四", "landing", [("a.pdf", 1), ("c.pdf", 3)]).keys() == {"c.pdf"}
    ledger.add([ObjectVersion("landing", "d.pdf", "e")])
    assert ledger.taken("landing", ["a.pdf", "d.pdf", "e.pdf"]) == {"a.pdf", "d.pdf"}
    assert ledger.uploads_by(["王莉"])[0].object is None
    ledger.add([ObjectVersion("landing", "a.pdf", "e1")])
    ledger.has_come(given["a.pdf"].id, "e1", 1)
    (upload,) = ledger.uploads([given["a.pdf"].id])
    assert (upload.by, upload.object.object.etag, upload.object.is_open) == ("王莉", "e1", True)
    assert [one.key for one in ledger.uploads_by(["王莉", "李四"], after=given["a.pdf"].id)] == ["c.pdf", "b.pdf"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(), "dcba"),
        (Wanted(text="水务局"), "a"),
        (Wanted(text="B.PDF 教育"), "b"),
        (Wanted(text="%"), ""),
        (Wanted(text="\\"), "d"),
        (Wanted(text="水务局", year=2023, outcome="quarantined"), "a"),
        (Wanted(text="水务局", outcome="open"), ""),
        (Wanted(rule="TEXT.NEW"), "ba"),
        (Wanted(rule="TEXT.NEW", outcome="validated", year=2024), "b"),
        (Wanted(reason="DOC.CORRUPT"), "c"),
        (Wanted(outcome="open"), "d"),
    ],
)
def test_the_list_is_searched(ledger, land, wanted, found):
    land("a.pdf", "quarantined", "T3.ROW_SUM", "松岭县水务局", 2023, ("T3.ROW_SUM", "TEXT.NEW"))
    land("b.pdf", "validated", None, "沧溪区教育局", 2024, ("TEXT.NEW",))
    land("c.pdf", "rejected", "DOC.CORRUPT", rules=("DOC.CORRUPT",))
    land("d\\\x00.pdf")
    assert "".join(one.row.object.key[0] for one in ledger.listed(wanted)) == found
    counts = ledger.tally(wanted)
    assert counts[wanted.outcome] if wanted.outcome and found else sum(counts.values()) >= len(found)
    assert ledger.reasons() == ["DOC.CORRUPT", "T3.ROW_SUM"]


@pytest.mark.parametrize("wanted", [Wanted(), Wanted(text="机关"), Wanted(rule="T3.ROW_SUM")])
def test_pages_meet(ledger, land, wanted):
    for number in range(25):
        land(f"机关{number}.pdf", "quarantined", "T3.ROW_SUM", rules=("T3.ROW_SUM",))
    first = ledger.listed(wanted, limit=10)
    second = ledger.listed(wanted, before=first[-1].place, limit=10)
    assert ledger.listed(wanted, after=second[0].place, limit=10) == first
    assert [one.row.object.key for one in ledger.every(wanted, together=7)] == [
        f"机关{number}.pdf" for number in range(24, -1, -1)
    ]


def test_what_is_told_late_of_the_landing_keeps_its_place(ledger):
    version = ObjectVersion("landing", "a.pdf", "e")
    (object_id,) = ledger.add([version])
    ledger.claim([object_id], "test", 60)
    ledger.settle([Settlement(object_id, "rejected", "DOC.CORRUPT", rules=("DOC.CORRUPT",))], "test")
    ledger.add([ObjectVersion("landing", "a.pdf", "e", NOON, 5)])
    (one,) = ledger.listed(Wanted(rule="DOC.CORRUPT"))
    assert one.place == (NOON, object_id)


def test_a_ledger_from_before_the_desk_is_renewed(empty_url):
    old = Ledger.open(empty_url)
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    with old.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    row = {"bucket": "landing", "key": "a/水务局.PDF", "etag": "e", "agency": "松岭县水务局", "seen_at": NOON}
    with old.writing() as connection:
        connection.execute(insert(objects).values(row))
    old.migrate()
    assert len(old.listed(Wanted(text="松岭县 水务局.pdf"))) == 1
    old.close()
