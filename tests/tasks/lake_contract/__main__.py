"""`python -m tests.tasks.lake_contract`: the files of the current version, if it has none."""

import sys

from tasks.values import LAKE_VERSION
from tests.tasks.lake_contract import FOLDER, write

folder = FOLDER / f"v{LAKE_VERSION}"
if folder.exists():
    sys.exit(f"{folder} is there: raise LAKE_VERSION in tasks/values.py first")
folder.mkdir()
write(folder)
print(*sorted(folder.iterdir()), sep="\n")
