"""Imported last by the fork server: what is there by now stays for good, so no collection need touch its pages.

A page that is touched in a forked process is one that is no longer shared.
"""

import gc

gc.freeze()
