"""The lake's tables, for the help of commands: to ask `tasks.lake.schemas` would load pyarrow for every `--help`."""

TABLES = "reports、disclosures、applications、disputes、cells、findings、sections、decisions、relations"
