"""Who comes in, who does not, and what a session may."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from flows.desk.passwords import password_hash, token_hash
from tasks.ledger.tables import links, users
from tasks.roles import Role
from tests.desk.conftest import EVERY_ROLE, add_user


def test_a_password_lets_in_and_a_wrong_one_does_not(visit, ledger):
    add_user(ledger, "王莉", password="春眠不觉晓处处闻啼鸟")
    guest = visit()
    assert guest.get("/", follow_redirects=False).headers["location"] == "/sign-in?next=%2F"
    wrong = guest.order("/sign-in", name="王莉", password="春眠不觉晓处处闻啼鸡", next="/password")
    unknown = guest.order("/sign-in", name="王丽", password="春眠不觉晓处处闻啼鸟", next="/password")
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert "用户名或密码不对" in wrong.text
    assert "用户名或密码不对" in unknown.text
    right = guest.order("/sign-in", name="王莉", password="春眠不觉晓处处闻啼鸟", next="/password")
    assert (right.status_code, right.headers["location"]) == (303, "/password")
    assert "更改密码" in guest.get("/password").text
    guest.order("/sign-out")
    assert guest.get("/password", follow_redirects=False).status_code == 303


def test_what_is_kept_opens_nothing(visit, ledger, home):
    link = add_user(ledger, "王莉", password="春眠不觉晓处处闻啼鸟")
    with ledger.reading() as connection:
        kept = str(connection.execute(users.select()).all()) + str(connection.execute(links.select()).all())
    assert "argon2id" in kept
    assert "春眠" not in kept
    assert link.rpartition("/")[2] not in kept
    visit().get("/sign-in")
    assert (home / "desk.key").stat().st_mode & 0o777 == 0o600


def test_a_link_lets_in_once_and_in_time(visit, ledger):
    link = add_user(ledger, "王莉")
    assert visit().get(link).status_code == 200, "to look at it does not use it up"
    assert visit().order(link).status_code == 303
    assert "已经用过" in visit().order(link).text
    ledger.add_link("王莉", token_hash("late"), timedelta(hours=1))
    with ledger.writing() as connection:
        connection.execute(update(links).values(until=datetime.now(UTC) - timedelta(seconds=1)))
    assert visit().order("/sign-in/late").status_code == 401


def test_guessing_is_slowed_down_by_user_and_by_address(visit, ledger):
    link = add_user(ledger, "王莉", password="春眠不觉晓处处闻啼鸟")
    for _ in range(5):
        visit(address="10.1.1.1").order("/sign-in", name="王莉", password="wrong")
    right = {"name": "王莉", "password": "春眠不觉晓处处闻啼鸟"}
    assert visit(address="10.2.2.2").order("/sign-in", **right).status_code == 429
    assert visit().order(link).status_code == 303, "who has a link cannot be locked out"
    for number in range(30):
        visit(address="10.3.3.3").order("/sign-in", name=f"nobody{number}", password="wrong")
    assert visit(address="10.3.3.3").order("/sign-in", name="nobody", password="wrong").status_code == 429
    assert visit(address="10.4.4.4").order("/sign-in", name="nobody", password="wrong").status_code == 401


def test_behind_a_proxy_one_who_guesses_does_not_bar_the_others(visit, monkeypatch):
    monkeypatch.setenv("NIANBAO_DESK_PROXIES", "10.9.0.1")
    proxy = visit(address="10.9.0.1")

    def guess(forwarded):
        data = {"csrf": proxy.csrf, "name": "nobody", "password": "wrong"}
        return proxy.post("/sign-in", data=data, headers={"x-forwarded-for": forwarded}).status_code

    for _ in range(30):
        guess("1.1.1.1, 10.5.5.5")
    assert (guess("10.5.5.5"), guess("10.5.5.5, 10.6.6.6")) == (429, 401)


def test_a_change_of_password_or_roles_ends_all_other_sessions(visit, ledger):
    here = visit(*EVERY_ROLE)
    other = visit()
    ledger.add_link("王莉", token_hash("second"), timedelta(hours=1))
    other.order("/sign-in/second")
    assert here.order("/password", new="short", again="short").status_code == 400
    assert here.order("/password", new="春眠不觉晓处处", again="春眠不觉晓处").status_code == 400
    assert here.order("/password", new="春眠不觉晓处处闻啼鸟", again="春眠不觉晓处处闻啼鸟").status_code == 303
    assert here.get("/password").status_code == 200
    assert other.get("/password", follow_redirects=False).status_code == 303
    assert "现在的密码不对" in here.order("/password", old="wrong", new="12345678", again="12345678").text
    ledger.change_user("王莉", roles=[Role.READ])
    assert here.get("/password", follow_redirects=False).status_code == 303


def test_cookies_are_signed_and_kept_from_scripts_and_other_sites(visit, monkeypatch):
    client = visit(*EVERY_ROLE)
    set_cookie = client.get("/sign-in", headers={"cookie": ""}).headers.get("set-cookie", "")
    (name, value), *_ = client.cookies.items()
    client.cookies.set(name, value[:-2] + ("AA" if value[-2:] != "AA" else "BB"))
    assert client.get("/password", follow_redirects=False).status_code == 303
    monkeypatch.setenv("NIANBAO_DESK_URL", "https://desk.example.cn")
    set_cookie = visit().get("/sign-in").headers["set-cookie"]
    assert all(part in set_cookie for part in ("HttpOnly", "SameSite=lax", "Secure"))


def test_an_order_without_the_sessions_token_or_from_another_site_is_refused(visit):
    client, other = visit(*EVERY_ROLE), visit()
    new = {"new": "春眠不觉晓处处闻啼鸟", "again": "春眠不觉晓处处闻啼鸟"}
    assert client.post("/password", data=new).status_code == 403
    assert client.post("/password", data={**new, "csrf": other.csrf}).status_code == 403
    from_elsewhere = {"sec-fetch-site": "cross-site"}
    assert client.post("/password", data={**new, "csrf": client.csrf}, headers=from_elsewhere).status_code == 403
    assert client.order("/password", **new).status_code == 303


def test_every_answer_is_strict_about_what_may_run(visit):
    for path in ("/sign-in", "/nowhere", "/static/x/desk.css"):
        headers = visit().get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"


def test_nobody_is_answered_under_a_name_that_is_not_ours(visit, monkeypatch):
    asked = {"host": "evil.example"}
    assert visit().get("/sign-in", headers=asked).status_code == 421
    monkeypatch.setenv("NIANBAO_DESK_URL", "https://evil.example")
    assert visit().get("/sign-in", headers=asked).status_code == 200


@pytest.mark.parametrize(
    "address", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_sent_elsewhere_after_the_sign_in(visit, ledger, address):
    add_user(ledger, "王莉", password="春眠不觉晓处处闻啼鸟")
    answer = visit().order("/sign-in", name="王莉", password="春眠不觉晓处处闻啼鸟", next=address)
    assert answer.headers["location"] == "/"


def test_only_a_trusted_proxy_says_who_it_is(visit, ledger, monkeypatch):
    add_user(ledger, "王莉", [Role.READ])
    monkeypatch.setenv("NIANBAO_DESK_IDENTITY_HEADER", "X-Forwarded-User")
    monkeypatch.setenv("NIANBAO_DESK_PROXIES", "10.9.0.0/24")
    named = {"x-forwarded-user": "王莉".encode()}
    inside, outside = visit(address="10.9.0.7"), visit(address="10.8.0.7")
    assert outside.get("/password", headers=named, follow_redirects=False).status_code == 303
    assert inside.get("/password", headers={"x-forwarded-user": b"nobody"}).status_code == 403
    found = inside.get("/password", headers=named)
    assert found.status_code == 200
    assert re.search("王莉", found.text)
    monkeypatch.delenv("NIANBAO_DESK_PROXIES")
    assert inside.get("/password", headers=named, follow_redirects=False).status_code == 303


def test_in_a_browser(browse, served, ledger):
    ledger.add_user("赵敏", [Role.READ], password_hash("春眠不觉晓处处闻啼鸟"))
    page = browse()
    page.goto("/password")
    page.get_by_label("用户名").fill("赵敏")
    page.get_by_label("密码").fill("错误的密码")
    page.get_by_role("button", name="登录").click()
    page.get_by_role("alert").get_by_text("用户名或密码不对").wait_for()
    page.get_by_label("密码").fill("春眠不觉晓处处闻啼鸟")
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/password")
    assert page.get_by_role("link", name="上传").count() == 0, "who may only read is not shown what else there is"
