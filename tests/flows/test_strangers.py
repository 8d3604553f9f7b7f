"""Nobody gives Prefect orders without the credential: no stranger, no web page, by no address."""

import asyncio
import base64
import json
import uuid

import httpx
import pytest
import websockets
from prefect.client.orchestration import get_client
from prefect.events import emit_event
from prefect.events.clients import get_events_subscriber
from prefect.events.filters import EventFilter, EventNameFilter

from flows.services.config import load_config
from flows.services.environment import service_env

PULL_STEP = {"prefect.deployments.steps.run_shell_script": {"script": "id"}}
ORDERS = [
    ("POST", "/api/flows/", {"name": "theirs"}),
    ("POST", "/api/deployments/", {"name": "theirs", "flow_id": str(uuid.uuid4()), "pull_steps": [PULL_STEP]}),
    ("POST", "/api/flow_runs/filter", {}),
    ("POST", "/api/work_pools/", {"name": "theirs", "type": "process"}),
    ("POST", "/api/admin/database/clear", {"confirm": True}),
    ("GET", "/api/admin/settings", None),
    ("GET", "/api/admin/version", None),
    ("GET", "/api/version", None),
    ("GET", "/api/docs", None),
    ("GET", "/api/openapi.json", None),
    ("POST", "/api/health", {}),
    ("GET", "/api//health/../flows/", None),
    ("POST", "/api/events", []),
]


@pytest.fixture
def server(prefect_config):
    with httpx.Client(base_url=prefect_config.prefect_url) as client:
        yield client


def shown(config):
    return {"Authorization": "Basic " + base64.b64encode(config.prefect_auth.encode()).decode()}


@pytest.mark.parametrize(("method", "path", "body"), ORDERS)
def test_a_stranger_is_refused(server, method, path, body):
    strangers = [
        {},
        {"Authorization": "Basic " + base64.b64encode(b"nianbao:").decode()},
        {"Authorization": "Bearer x"},
        {"Origin": "https://evil.example"},
        {"Host": "evil.example"},
        {"Host": "evil.example", "Origin": "http://evil.example"},
    ]
    for headers in strangers:
        answer = server.request(method, path, json=body, headers=headers)
        assert answer.status_code == 401, (headers, answer.text)
        assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_no_other_page_may_even_ask(server, prefect_config):
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    foreign = server.options("/api/flows/", headers={"Origin": "https://evil.example", **asked})
    assert (foreign.status_code, foreign.headers.get("access-control-allow-origin")) == (400, None)
    for origin in prefect_config.ui_origins:
        own = server.options("/api/flows/", headers={"Origin": origin, **asked})
        assert (own.status_code, own.headers["access-control-allow-origin"]) == (200, origin)


def test_a_foreign_host_is_refused_whatever_it_shows(server, prefect_config):
    port = prefect_config.prefect_port
    for host in ("evil.example", f"evil.example:{port}", "127.0.0.1.evil.example", "[", "a@127.0.0.1.evil.example"):
        for path in ("/api/health", "/", "/sign-in", "/ui-settings"):
            answer = server.get(path, headers={"Host": host, **shown(prefect_config)})
            assert answer.status_code in (400, 401), (host, path)
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    upgrade |= {"Sec-WebSocket-Key": "x3JJHMbDL1EzLkh9GBhXDw==", "Sec-WebSocket-Protocol": "prefect"}
    assert server.get("/api/events/out", headers={"Host": "evil.example", **upgrade}).status_code == 401
    for host in ("localhost", f"localhost:{port}", "127.0.0.1", f"[::1]:{port}"):
        assert server.get("/api/flows/count", headers={"Host": host}).status_code == 401
        answer = server.post("/api/flows/count", headers={"Host": host, **shown(prefect_config)})
        assert answer.status_code == 200


def test_whoever_has_the_credential_is_served(server, prefect_config):
    assert server.post("/api/flow_runs/filter", json={}, headers=shown(prefect_config)).status_code == 200
    assert server.get("/api/health").status_code == server.get("/api/ready").status_code == 200, "for probes"
    assert server.get("/ui-settings").json()["auth"] == "BASIC"
    assert server.get("/").status_code == 200


def test_what_is_served_to_all_tells_no_credential(server, prefect_config):
    for path in ("/", "/ui-settings", "/sign-in", "/openapi.json", "/docs", "/api/health", "/metrics"):
        text = server.get(path).text
        assert prefect_config.prefect_auth not in text
        assert shown(prefect_config)["Authorization"].split()[1] not in text


@pytest.mark.parametrize("path", ["events/in", "events/out", "logs/out", "task_runs/subscriptions/scheduled"])
@pytest.mark.parametrize("shows", [None, {"type": "auth"}, {"type": "auth", "token": "wrong"}, {"type": "filter"}])
def test_a_stranger_s_websocket_is_closed(prefect_config, path, shows):
    url = f"ws://127.0.0.1:{prefect_config.prefect_port}/api/{path}"

    async def speak():
        async with websockets.connect(url, subprotocols=["prefect"] if shows else None) as socket:
            await socket.send(json.dumps(shows or {"event": "prefect.flow-run.Scheduled"}))
            return await socket.recv()

    with pytest.raises((websockets.ConnectionClosedError, websockets.InvalidStatus)) as refused:
        asyncio.run(speak())
    assert "1008" in str(refused.value) or "403" in str(refused.value)


def test_own_events_go_in_and_out(prefect):
    name = f"nianbao.test.{uuid.uuid4().hex}"

    async def heard():
        wanted = EventFilter(event=EventNameFilter(name=[name]))
        async with get_events_subscriber(filter=wanted) as events:
            emit_event(event=name, resource={"prefect.resource.id": name})
            return await asyncio.wait_for(anext(events), 30)

    assert asyncio.run(heard()).event == name


def test_a_client_without_the_credential_gets_nothing(prefect, monkeypatch):
    from prefect.settings import PREFECT_API_AUTH_STRING, temporary_settings

    async def count():
        async with get_client() as client:
            return await client.count_flow_runs()

    assert asyncio.run(count()) >= 0
    with temporary_settings({PREFECT_API_AUTH_STRING: "nianbao:wrong"}), pytest.raises(Exception, match="401"):
        asyncio.run(count())


def test_a_home_from_before_gets_a_credential_at_its_next_start(tmp_path):
    config = load_config(tmp_path)
    kept = json.loads((tmp_path / "config.json").read_text())
    del kept["prefect_auth"]
    (tmp_path / "config.json").write_text(json.dumps(kept))
    assert "PREFECT_API_AUTH_STRING" not in service_env(load_config(tmp_path), {}), "its server still runs without"
    started = load_config(tmp_path, starting=True)
    assert len(started.prefect_auth) > 30
    assert (started.secret_key, load_config(tmp_path)) == (config.secret_key, started)
    assert service_env(started, {})["PREFECT_API_AUTH_STRING"] == started.prefect_auth


def test_a_server_of_one_s_own_is_not_told_our_credential(tmp_path):
    named = {"PREFECT_API_URL": "http://prefect.example/api"}
    assert "PREFECT_API_AUTH_STRING" not in service_env(load_config(tmp_path), named)
    theirs = {**named, "PREFECT_API_AUTH_STRING": "a:b"}
    assert service_env(load_config(tmp_path), theirs)["PREFECT_API_AUTH_STRING"] == "a:b"
