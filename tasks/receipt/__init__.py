"""Receipt: what became of a landed object, as JSON and as a page."""
