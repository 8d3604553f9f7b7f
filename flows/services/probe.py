"""`python -m flows.services.probe URL`: exit 0 if an HTTP server answers there. For container health checks."""

from __future__ import annotations

import sys

from flows.services.service import answers

if __name__ == "__main__":
    sys.exit(0 if answers(sys.argv[1]) else 1)
