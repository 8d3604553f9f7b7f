"""Imported first by the fork server: it ends with the process that it belongs to, even if that has died by now."""

import gc
import os

from flows.forked import PARENT
from flows.mortal import die_with_parent

gc.disable()
die_with_parent()
if str(os.getppid()) != os.environ[PARENT]:
    raise SystemExit
