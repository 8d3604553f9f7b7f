"""The steps of a report's way, one verb a module: fetch, recognise, read, validate, publish, receipt."""
