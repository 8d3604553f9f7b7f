"""The receiver, with a real ledger and a real Prefect server."""

import asyncio
import json
import threading
import uuid
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote

import httpx
import pytest
from prefect.settings import PREFECT_API_URL, PREFECT_CLIENT_MAX_RETRIES, temporary_settings
from typer.testing import CliRunner

from flows.cli import app
from flows.services.ports import free_port
from flows.trigger.notifications import object_versions
from flows.trigger.receiver import MAX_BODY, create_app
from tasks.ledger import ObjectVersion, Settlement
from tasks.settings import Place, buckets_from_env

TOKEN = "token"
LANDING = Place("landing")


def event(*keys, name="s3:ObjectCreated:Put", bucket="landing", etag="e1"):
    records = [
        {"eventName": name, "s3": {"bucket": {"name": bucket}, "object": {"key": k, "eTag": etag}}} for k in keys
    ]
    return json.dumps({"EventName": name, "Records": records}).encode()


@asynccontextmanager
async def client_of(app):
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://receiver") as client,
    ):
        yield client


async def post(body, token=TOKEN, times=1):
    async with client_of(create_app(TOKEN)) as client:
        headers = {"Authorization": f"Bearer {token}"}
        return await asyncio.gather(*(client.post("/s3/events", content=body, headers=headers) for _ in range(times)))


def send(body, **options):
    return asyncio.run(post(body, **options))


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("NIANBAO_HOME", str(tmp_path))
    monkeypatch.delenv("NIANBAO_LANDING_BUCKET", raising=False)
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:1/api"}):  # away, unless a test asks for a server
        yield


def keys_of(ledger):
    return sorted(row.object.key for row in ledger.page(limit=1000))


def test_what_landed_is_in_the_ledger_once(prefect, ledger):
    (answer,) = send(event("2024/%E6%8A%A5%E5%91%8A+1%2B2.pdf", "b.pdf"))
    assert (answer.status_code, answer.json()) == (200, {"objects": 2})
    assert keys_of(ledger) == ["2024/报告 1+2.pdf", "b.pdf"]
    answers = send(event("b.pdf", "c.pdf"), times=16)
    assert {answer.status_code for answer in answers} == {200}
    assert len(keys_of(ledger)) == 3
    send(event("b.pdf", etag="e2"))
    assert {row.object.etag for row in ledger.find("landing", "b.pdf")} == {"e1", "e2"}


ODD_KEYS = [
    "a\nb\x1b[31m.pdf",
    "\u202e`|[red].pdf",
    "x" * 980 + ".pdf",
    "长/" * 245 + "a",
    "a' OR 1=1 --.pdf",
    "../../etc/passwd",
]


def test_an_odd_key_is_kept_as_it_is(prefect, ledger):
    for key in ODD_KEYS:
        send(event(quote(key)))
    assert keys_of(ledger) == sorted(ODD_KEYS)


def test_events_are_taken_while_prefect_is_away(prefect, s3, ledger, monkeypatch):
    """And a run is made for each as soon as it is back."""
    monkeypatch.setenv("NIANBAO_RECEIPTS_BUCKET", f"receipts-{uuid.uuid4().hex[:12]}")
    s3.create_bucket(Bucket=buckets_from_env().receipts.bucket)
    away = f"http://127.0.0.1:{free_port()}/api"
    with temporary_settings({PREFECT_API_URL: away, PREFECT_CLIENT_MAX_RETRIES: 0}):
        answers = [send(event(f"{number}.pdf"))[0] for number in range(5)]
    assert {answer.status_code for answer in answers} == {200}
    assert {row.run_id for row in ledger.page()} == {None}

    async def until_handed_out():
        async with client_of(create_app(TOKEN)):
            while any(row.run_id is None for row in await asyncio.to_thread(ledger.page)):
                await asyncio.sleep(0.1)

    asyncio.run(asyncio.wait_for(until_handed_out(), 30))
    assert len({row.run_id for row in ledger.page()}) == 3, "as many as there are places: the first two take two each"


def test_a_ledger_that_is_away_makes_the_sender_retry(monkeypatch, tmp_path):
    monkeypatch.setenv("NIANBAO_DATABASE_URL", f"postgresql://127.0.0.1:{free_port()}/nianbao")
    answers = send(event("a.pdf"), times=3)
    assert {answer.status_code for answer in answers} == {503}
    monkeypatch.setenv("NIANBAO_DATABASE_URL", f"sqlite:///{tmp_path}/ledger.sqlite")
    assert send(event("a.pdf"))[0].status_code == 200


def test_wrong_token(ledger):
    (answer,) = send(event("a.pdf"), token="wrong")
    assert answer.status_code == 401


def test_what_is_too_large_is_put_aside_as_far_as_it_goes(ledger, tmp_path):
    for size in (MAX_BODY + 1, 10 * MAX_BODY):
        (answer,) = send(b" " * size)
        assert (answer.status_code, answer.json()["malformed"]) == (200, True)
    assert {p.stat().st_size for p in (tmp_path / "malformed").iterdir()} == {MAX_BODY + 1}


def records(**changes):
    """An event whose object has some other fields."""
    told = json.loads(event("a.pdf"))
    told["Records"][0]["s3"]["object"] |= changes
    return json.dumps(told).encode()


NOT_UNDERSTOOD = [
    b"no json",
    b"[]",
    b"{}",
    b"",
    b"\xff",
    b'{"Records": [{}]}',
    b'{"Records": [null]}',
    b'{"Records": 1}',
    b'{"Records": NaN}',
    b'{"Records": [' + b"1" * 5000 + b"]}",
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b'{"Records": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    b'{"Type": "Notification", "Message": {"a": 1}}',
    records(key="%ED%A0%80.pdf"),
    records(key="\ud800.pdf"),
    records(key="%FF.pdf"),
    records(key="a%00.pdf"),
    records(key=""),
    records(key=5),
    records(key=["a.pdf"]),
    records(key="x" * 1025),
    records(eTag="\udc00"),
    records(eTag={"a": 1}),
    json.dumps(
        {"detail-type": "Object Created", "detail": {"bucket": {"name": "landing"}, "object": {"key": "\ud800"}}}
    ).encode(),
]


def test_malformed_is_put_aside_and_does_not_block_the_queue(ledger, tmp_path):
    async def post_all():
        async with client_of(create_app(TOKEN)) as client:
            headers = {"Authorization": f"Bearer {TOKEN}"}
            return [await client.post("/s3/events", content=body, headers=headers) for body in NOT_UNDERSTOOD]

    answers = asyncio.run(post_all())
    assert {(answer.status_code, answer.json()["malformed"]) for answer in answers} == {(200, True)}
    assert {p.read_bytes() for p in (tmp_path / "malformed").iterdir()} == set(NOT_UNDERSTOOD)


def test_only_created_objects_of_the_landing_place_count():
    assert object_versions(event("a", name="s3:ObjectRemoved:Delete"), LANDING) == []
    assert object_versions(event("a", bucket="lake"), LANDING) == []
    assert object_versions(event("b/a"), Place("landing", "in")) == []
    assert [o.key for o in object_versions(event("in/a"), Place("landing", "in"))] == ["in/a"]
    assert object_versions(b'{"Event": "s3:TestEvent"}', LANDING) == []


def test_aws_events_in_other_wrappings_are_understood():
    eventbridge = {
        "detail-type": "Object Created",
        "detail": {"bucket": {"name": "landing"}, "object": {"key": "报告 1.pdf", "etag": "e1"}},
    }
    wrapped = {"Type": "Notification", "Message": event("%E6%8A%A5%E5%91%8A+1.pdf").decode()}
    for body in (eventbridge, wrapped, {"Type": "Notification", "Message": json.dumps(eventbridge)}):
        assert object_versions(json.dumps(body), LANDING) == [ObjectVersion("landing", "报告 1.pdf", "e1")]
    assert object_versions(json.dumps({"Type": "SubscriptionConfirmation", "Message": "..."}), LANDING) == []
    assert object_versions(json.dumps(eventbridge | {"detail-type": "Object Deleted"}), LANDING) == []


def test_metrics_and_health_tell_what_the_ledger_knows(prefect, ledger):
    old, new = (ObjectVersion("landing", f"{n}.pdf", "e1", datetime.now(UTC) - timedelta(hours=n)) for n in (1, 0))
    first, _ = ledger.add([old, new])
    ledger.claim([first], "tester", 60)
    ledger.settle([Settlement(first, "rejected", "DOC.EMPTY")], "tester")

    async def scrape():
        async with client_of(create_app(TOKEN)) as client:
            for token in (TOKEN, "wrong"):
                headers = {"Authorization": f"Bearer {token}"}
                await client.post("/s3/events", content=event("0.pdf"), headers=headers)
            return (await client.get("/metrics")).text, (await client.get("/health")).json()

    text, health = asyncio.run(scrape())
    numbers = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert float(numbers['nianbao_notifications_total{answer="200"}']) == 1
    assert float(numbers['nianbao_notifications_total{answer="401"}']) == 1
    assert float(numbers["nianbao_prefect_up"]) == float(numbers["nianbao_ledger_up"]) == 1
    assert float(numbers['nianbao_objects_by_outcome{outcome="rejected"}']) == 1
    assert float(numbers["nianbao_objects_open"]) == health["open"] == 2, "one has no receipt yet"
    assert 3600 <= float(numbers["nianbao_oldest_open_seconds"]) < 4000
    assert health["oldest_open_seconds"] >= 3600
    assert health["outcomes"] == {"rejected": 1}


def test_an_sqs_queue_is_emptied_and_what_is_no_event_is_put_aside(ledger, monkeypatch, tmp_path):
    key = f"{uuid.uuid4()}.pdf"
    queue = {"1": event(key).decode(), **{str(n): b.decode() for n, b in enumerate(NOT_UNDERSTOOD, 2) if b != b"\xff"}}
    aside = len(queue) - 1

    class Sqs(BaseHTTPRequestHandler):
        """As much of SQS's JSON protocol as a consumer uses."""

        def do_POST(self):
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer = {}
            if self.headers["X-Amz-Target"].endswith("ReceiveMessage"):
                answer = {"Messages": [{"MessageId": i, "ReceiptHandle": i, "Body": b} for i, b in queue.items()]}
            else:
                del queue[asked["ReceiptHandle"]]
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Sqs)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    for name, value in {"AWS_ENDPOINT_URL_SQS": url, "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1",
                        "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"}.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    result = CliRunner().invoke(app, ["listen", "--sqs", f"{url}/1/landing", "--once"])
    server.shutdown()
    assert (result.exit_code, queue) == (0, {})
    assert len(list((tmp_path / "malformed").iterdir())) == aside
    assert keys_of(ledger) == [key]
