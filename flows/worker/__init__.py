"""Worker: runs in warm processes. `python -m flows.worker`."""
