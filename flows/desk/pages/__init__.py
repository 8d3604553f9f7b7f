"""The pages: one module each, which lists its `routes`."""

from __future__ import annotations

from starlette.routing import BaseRoute


def routes() -> list[BaseRoute]:
    """Of all pages."""
    from flows.desk.pages import data, front, inbox, operate, people, report, review, sign_in, upload

    pages = (
        front,
        inbox,
        operate,
        people,
        sign_in,
        upload,
        report,
        review,
        data,
    )
    return [route for page in pages for route in page.routes]
