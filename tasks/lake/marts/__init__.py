"""Marts: all validated reports of a year in sorted files, `marts/<table>/year=<YYYY>/part-<NN>.parquet`.

A report lies in the part that its id says (`parts`), so that a change rewrites one part. `compact` finds the parts that
changed by the ledger, fetches those reports, and has DuckDB merge them into what stands there (`build`).
"""
