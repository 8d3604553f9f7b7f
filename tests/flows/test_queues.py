"""Reports go before housekeeping, however much of that has piled up."""

import asyncio

import pytest
from prefect.client.orchestration import get_client

from flows.deployments import INGEST, SWEEP, WORK_POOL

pytestmark = pytest.mark.usefixtures("prefect")


def test_a_report_is_taken_before_housekeeping_that_waited_longer():
    async def taken():
        async with get_client() as client:
            sweep = await client.read_deployment_by_name(SWEEP.full_name)
            ingest = await client.read_deployment_by_name(INGEST.full_name)
            late = [(await client.create_flow_run_from_deployment(sweep.id)).id for _ in range(5)]
            report = await client.create_flow_run_from_deployment(ingest.id, parameters={"bucket": "b", "key": "k"})
            found = await client.get_scheduled_flow_runs_for_work_pool(WORK_POOL)
            for run in (*late, report.id):
                await client.delete_flow_run(run)
            ours = {*late, report.id}  # other tests may have left runs there
            return [one.flow_run.id for one in found if one.flow_run.id in ours], report.id

    order, report = asyncio.run(taken())
    assert order[0] == report
