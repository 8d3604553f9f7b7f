"""Marts: all validated reports of a year in one sorted file per table, `marts/<table>/year=<YYYY>.parquet`.

`changes` notes which reports changed since; `compact` reads those (`fetch`) and merges them into the files that stand
there (`merge`), a window of reports at a time; `mart` is such a file, read at one version only (`pinned`).
"""
