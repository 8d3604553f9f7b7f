"""What bars people from a page: the serious and critical findings of axe-core.

A page is looked at whole in one scheme; the other differs in its colours alone, so that only these are looked at, and
of the rows of a table that are all alike the first ones.
"""

from axe_playwright_python.sync_playwright import Axe

_SERIOUS = ("serious", "critical")
_COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
_ALIKE = "document.querySelectorAll('tbody > tr:nth-child(n + 7)').forEach(row => row.remove())"
_OTHER = {"light": "dark", "dark": "light"}


def bars(page, scheme="light"):
    """What bars people from `page`, which is open in `scheme`; rows that are alike are no longer there afterwards."""
    found = list(_told(page, scheme))
    page.evaluate(_ALIKE)
    page.emulate_media(color_scheme=_OTHER[scheme], reduced_motion="reduce")
    found += _told(page, _OTHER[scheme], _COLOURS)
    page.emulate_media(color_scheme=scheme, reduced_motion="no-preference")
    return found


def _told(page, scheme, rules=None):
    found = Axe().run(page, options={"resultTypes": ["violations"], **(rules or {})}).response["violations"]
    for one in found:
        if one["impact"] in _SERIOUS:
            yield scheme, one["id"], [node["html"][:160] for node in one["nodes"][:3]]
