"""The seams: what we lean on in others that nobody promised us, and which file of ours does."""

import inspect
import tomllib
from importlib.metadata import version
from pathlib import Path

from prefect.workers.base import BaseWorker
from prefect.workers.process import ProcessWorker

PYPROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())


def _source(thing):
    return inspect.getsource(thing)


def test_prefect_is_the_one_that_these_seams_were_seen_in():
    assert f"prefect=={version('prefect')}" in [
        one.split(";")[0].strip() for one in PYPROJECT["project"]["dependencies"]
    ]


def test_worker_takes_runs_where_draining_says_no():
    """flows/worker/draining.py, flows/worker/warm.py: `_submit_scheduled_flow_runs` is the only way to new runs."""
    assert "self._submit_scheduled_flow_runs(flow_run_response=" in _source(BaseWorker.get_and_submit_flow_runs)
    assert list(inspect.signature(BaseWorker._submit_scheduled_flow_runs).parameters) == ["self", "flow_run_response"]


def test_worker_counts_what_executes_in_its_limiter():
    """flows/worker/draining.py: a drained worker waits until `_limiter.borrowed_tokens` is 0."""
    assert "_limiter" in _source(BaseWorker.setup)
    assert "acquire_on_behalf_of_nowait(flow_run.id)" in _source(BaseWorker._submit_scheduled_flow_runs)
    assert "_release_limit_slot" in _source(BaseWorker._submit_run_and_capture_errors)


def test_worker_names_runs_that_it_is_submitting():
    """flows/worker/warm.py, `_give_back`: a run in `_submitting_flow_run_ids` is not yet said to be anywhere."""
    source = _source(BaseWorker._submit_run)
    assert "self._submitting_flow_run_ids.remove(flow_run.id)" in source
    assert "infrastructure_pid" in source


def test_worker_cancels_what_it_is_submitting_and_no_more():
    """flows/worker/warm.py, `_cancel_run`: Prefect's ends what has not begun; our waker tells of the rest."""
    assert list(inspect.signature(BaseWorker._cancel_run).parameters) == ["self", "flow_run_id"]
    assert "if flow_run.start_time is not None:" in _source(BaseWorker._cancel_run)
    assert "_cancel_run" not in vars(ProcessWorker)
    assert "remove_in_flight_flow_run_id" in _source(BaseWorker._submit_run)
    parameters = inspect.signature(BaseWorker._mark_flow_run_as_cancelled).parameters
    assert list(parameters) == ["self", "flow_run", "state_updates"]
    assert list(inspect.signature(BaseWorker.kill_infrastructure).parameters) == [
        "self", "infrastructure_pid", "configuration", "grace_seconds",
    ]  # fmt: skip


def test_worker_runs_a_run_where_we_say():
    """flows/worker/warm.py, `run`: what it gives to `task_status.started` is the run's `infrastructure_pid`."""
    assert list(inspect.signature(ProcessWorker.run).parameters) == [
        "self", "flow_run", "configuration", "task_status",
    ]  # fmt: skip


def test_a_run_is_executed_as_prefect_s_own_engine_does():
    """flows/worker/child.py: `load_flow_run`, `load_flow`, `run_flow` are what `python -m prefect.engine` calls."""
    from prefect import flow_engine

    assert {"flow_run", "return_type"} <= set(inspect.signature(flow_engine.run_flow).parameters)
    assert list(inspect.signature(flow_engine.load_flow_run).parameters) == ["flow_run_id"]
    assert next(iter(inspect.signature(flow_engine.load_flow).parameters)) == "flow_run"


def test_heartbeats_can_be_switched_off():
    """flows/worker/child.py: without a frequency no thread is waited for at the end of a flow."""
    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        assert PREFECT_FLOWS_HEARTBEAT_FREQUENCY.value() is None


def test_the_server_s_transactions_can_be_begun_as_writers():
    """flows/services/prefect_main.py: every transaction on SQLite is begun by `begin_transaction`."""
    from prefect.server.database.configurations import AioSqliteConfiguration

    parameters = inspect.signature(AioSqliteConfiguration.begin_transaction).parameters
    assert list(parameters) == ["self", "session", "with_for_update"]
    assert '"IMMEDIATE" if with_for_update' in _source(AioSqliteConfiguration.begin_transaction)


def test_the_server_s_app_is_made_where_our_front_door_stands():
    """flows/services/prefect_main.py: the app that is served is made by `server.create_app(final=True)`."""
    from prefect.server.api import server

    assert "final" in inspect.signature(server.create_app).parameters
    import prefect.cli.server as command

    assert "create_app" in _source(server) + _source(command)


def test_the_ui_keeps_the_credential_where_our_sign_in_puts_it():
    """flows/services/front_door.py: Prefect's UI reads `prefect-password` from the browser's storage."""
    import prefect

    folder = Path(prefect.__file__).parent / "server"
    assert any("prefect-password" in path.read_text(errors="ignore") for path in folder.rglob("*.js"))


def test_scheduled_runs_are_told_as_events():
    """flows/worker/waker.py: the event's name, and who may listen."""
    from prefect.events.clients import get_events_subscriber
    from prefect.server.models.flow_run_states import __file__ as states

    assert "filter" in inspect.signature(get_events_subscriber).parameters
    told = (Path(states).parents[1] / "models" / "events.py").read_text()
    assert 'f"prefect.flow-run.{' in told


def test_a_fork_server_can_be_one_that_we_forked():
    """flows/worker/forked, `share_with_server`: what makes multiprocessing believe that it has started its server."""
    from multiprocessing import forkserver

    assert list(inspect.signature(forkserver.main).parameters)[:3] == ["listener_fd", "alive_r", "preload"]
    names = {"_forkserver_address", "_forkserver_alive_fd", "_forkserver_pid"}
    assert names <= set(vars(vars(forkserver)["_forkserver"]))
    running = _source(forkserver.ForkServer.ensure_running)
    assert "os.waitpid(self._forkserver_pid, os.WNOHANG)" in running
    assert all(f"self.{name} = " in running for name in names)
