"""`python -m tests.plausible`."""

import sys

from tests.plausible.command import main

if __name__ == "__main__":
    sys.exit(main())
