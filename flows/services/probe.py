"""`python -m flows.services.probe URL...`: exit 0 if each answers 200. For container health checks."""

from __future__ import annotations

import sys
import urllib.request


def is_served(url: str) -> bool:
    """Whether a GET is answered with 200: a server that is up but does not have what is asked for is not healthy."""
    try:
        with urllib.request.urlopen(url, timeout=4) as answer:
            return int(answer.status) == 200
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(0 if all(map(is_served, sys.argv[1:])) else 1)
