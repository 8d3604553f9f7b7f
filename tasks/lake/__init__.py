"""Lake: schemas, rows, report versions, marts, queries."""
