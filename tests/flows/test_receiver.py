"""The receiver against a real Prefect server."""

import asyncio
import json
import uuid

import httpx
import pytest
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_URL, PREFECT_CLIENT_MAX_RETRIES, temporary_settings

from flows.receiver import MAX_BODY, create_app, landed_objects
from flows.services.ports import free_port
from tasks.settings import Place

TOKEN = "token"
LANDING = Place("landing")


def event(*keys, name="s3:ObjectCreated:Put", bucket="landing", etag="e1"):
    records = [
        {"eventName": name, "s3": {"bucket": {"name": bucket}, "object": {"key": k, "eTag": etag}}} for k in keys
    ]
    return json.dumps({"EventName": name, "Records": records}).encode()


async def post(body, token=TOKEN, times=1):
    transport = httpx.ASGITransport(create_app(TOKEN))
    async with httpx.AsyncClient(transport=transport, base_url="http://receiver") as client:
        headers = {"Authorization": f"Bearer {token}"}
        return await asyncio.gather(*(client.post("/s3/events", content=body, headers=headers) for _ in range(times)))


def send(body, **options):
    return asyncio.run(post(body, **options))


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("NIANBAO_HOME", str(tmp_path))
    monkeypatch.delenv("NIANBAO_LANDING_BUCKET", raising=False)


def run_of(answer):
    async def read():
        async with get_client() as client:
            return await client.read_flow_run(uuid.UUID(answer.json()["runs"][0]))

    return asyncio.run(read())


def test_one_run_for_an_object(prefect):
    key = f"2024/{uuid.uuid4()} 报告+1.pdf"
    (answer,) = send(
        event("2024/" + key.split("/")[1].replace(" ", "+").replace("+1", "%2B1").replace("报告", "%E6%8A%A5%E5%91%8A"))
    )
    run = run_of(answer)
    assert answer.status_code == 200
    assert run.name == key
    assert run.parameters == {"bucket": "landing", "key": key, "etag": "e1", "replay": False}


def test_sixteen_duplicates_at_once_make_one_run(prefect):
    answers = send(event(f"{uuid.uuid4()}.pdf"), times=16)
    assert {a.status_code for a in answers} == {200}
    assert len({a.json()["runs"][0] for a in answers}) == 1


def test_every_record_gets_its_run(prefect):
    (answer,) = send(event(f"{uuid.uuid4()}.pdf", f"{uuid.uuid4()}.pdf"))
    assert len(set(answer.json()["runs"])) == 2


def test_other_version_other_run(prefect):
    key = f"{uuid.uuid4()}.pdf"
    runs = [send(event(key, etag=etag))[0].json()["runs"][0] for etag in ("a", "b")]
    assert runs[0] != runs[1]


def test_server_away_makes_the_sender_retry(prefect):
    away = f"http://127.0.0.1:{free_port()}/api"
    with temporary_settings({PREFECT_API_URL: away, PREFECT_CLIENT_MAX_RETRIES: 0}):
        (answer,) = send(event("a.pdf"))
    assert answer.status_code == 503


def test_wrong_token():
    (answer,) = send(event("a.pdf"), token="wrong")
    assert answer.status_code == 401


def test_too_large():
    (answer,) = send(b" " * (MAX_BODY + 1))
    assert answer.status_code == 413


@pytest.mark.parametrize("body", [b"no json", b"[]", b"{}", b'{"Records": [{}]}', b'{"Records": [null]}'])
def test_malformed_is_put_aside_and_does_not_block_the_queue(body, tmp_path):
    (answer,) = send(body)
    assert answer.status_code == 200
    assert [p.read_bytes() for p in (tmp_path / "malformed").iterdir()] == [body]


def test_only_created_objects_of_the_landing_place_count():
    assert landed_objects(event("a", name="s3:ObjectRemoved:Delete"), LANDING) == []
    assert landed_objects(event("a", bucket="lake"), LANDING) == []
    assert landed_objects(event("b/a"), Place("landing", "in")) == []
    assert [o.key for o in landed_objects(event("in/a"), Place("landing", "in"))] == ["in/a"]
    assert landed_objects(b'{"Event": "s3:TestEvent"}', LANDING) == []
