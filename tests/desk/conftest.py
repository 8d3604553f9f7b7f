"""The desk for tests: visitors who are signed in, and a real browser before a real server."""

import re
import shutil
import socket
import threading
import time
from contextlib import contextmanager

import pytest
import uvicorn
from starlette.testclient import TestClient

from flows.desk.app import create_desk
from flows.desk.key import desk_key
from flows.desk.passwords import LINK_LASTS, new_token, password_hash, token_hash
from tasks.landing import add_landed
from tasks.ledger.leases import SECONDS
from tasks.pipeline import process
from tasks.receipt.outcome import Origin
from tasks.roles import Role

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
EVERY_ROLE = frozenset(Role)


class Visiting(TestClient):
    """A client that sends what a form of its session would."""

    @property
    def csrf(self):
        found = re.search(r'name="csrf" content="(\w+)"', self.get("/password").text)
        return found[1]

    def order(self, path, **fields):
        """Post a form of a page."""
        return self.post(path, data={"csrf": self.csrf, **fields}, follow_redirects=False)

    def call(self, path, **asked):
        """Ask as our JavaScript does."""
        return self.post(path, json=asked, headers={"X-CSRF-Token": self.csrf})


@pytest.fixture
def home(tmp_path, monkeypatch):
    """NIANBAO_HOME of this test."""
    monkeypatch.setenv("NIANBAO_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def visit(home, ledger):
    """Somebody's browser at the desk: with `roles`, a user `name` who has them and is signed in."""

    def visiting(*roles, name="王莉", password=None, address="127.0.0.1"):
        client = Visiting(create_desk(), base_url="http://127.0.0.1", client=(address, 50000))
        if roles:
            sign_in(client, add_user(ledger, name, roles, password))
        return client

    return visiting


def add_user(ledger, name, roles=EVERY_ROLE, password=None):
    """A user, and a link by which that one comes in."""
    ledger.add_user(name, roles, password_hash(password) if password else None)
    token = new_token()
    ledger.add_link(name, token_hash(token), LINK_LASTS)
    return f"/sign-in/{token}"


def sign_in(client, link):
    answer = client.order(link)
    assert answer.status_code == 303, answer.text


@pytest.fixture(scope="module")
def chromium():
    """The system's Chromium, which no test needs that does not look at a page.

    Not longer than a module's tests: as long as Playwright is there no other test can run a loop of its own.
    """
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@contextmanager
def serving(app):
    """The app at an address of this machine, until the block ends."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(
            uvicorn.Config(app, log_level="warning", proxy_headers=False, timeout_graceful_shutdown=1)
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + 20
        while not server.started:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)


@pytest.fixture
def served(home, ledger):
    """The address of a desk that is served."""
    desk_key()
    with serving(create_desk()) as address:
        yield address


@pytest.fixture
def browse(chromium, served, ledger):
    """A page of the browser at the desk, for a new user with `roles` who is signed in; what goes wrong there fails."""
    contexts, wrong = [], []

    def browsing(*roles, name="王莉", width=1200, height=900, scheme="light"):
        context = chromium.new_context(
            base_url=served, viewport={"width": width, "height": height}, color_scheme=scheme, locale="zh-CN"
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if "Content Security Policy" in said.text else None)
        if roles:
            page.goto(add_user(ledger, name, roles))
            page.wait_for_url(re.compile("/(upload|inbox|review)$"))
        return page

    yield browsing
    for context in contexts:
        context.close()
    assert not wrong


@pytest.fixture
def judging(s3, buckets, ledger):
    """What lands is judged by the pipeline, as long as the test runs."""
    ended = threading.Event()

    def work():
        while not ended.wait(0.1):
            waiting = ledger.waiting(25)
            claimed = ledger.claim([one.id for one in waiting], "test", SECONDS)
            if claimed:
                list(process(ledger, buckets, claimed, "test", Origin()))

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    yield
    ended.set()
    thread.join(60)


@pytest.fixture
def landed(s3, buckets, ledger, judging):
    """Land files, and wait until they are judged; returns their rows."""

    def land(files):
        for key, body in files.items():
            s3.put_object(Bucket=buckets.landing.bucket, Key=key, Body=body)
        add_landed(s3, buckets, ledger)
        return [settled(ledger, buckets, key) for key in files]

    return land


def settled(ledger, buckets, key):
    """The row of what landed as `key`, once it is judged and has its receipt."""
    deadline = time.monotonic() + 100
    while True:
        (row,) = ledger.find(buckets.landing.bucket, key)
        if row.outcome and not row.is_open and row.receipt_name:
            return row
        assert time.monotonic() < deadline, row
        time.sleep(0.05)
