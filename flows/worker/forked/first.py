"""Imported first by the fork server: it ends with the process that it belongs to, even if that has died by now."""

import gc
import os

from flows.parent_death_signal import die_with_parent
from flows.worker.forked import PARENT

gc.disable()
die_with_parent()
if str(os.getppid()) != os.environ[PARENT]:
    raise SystemExit
