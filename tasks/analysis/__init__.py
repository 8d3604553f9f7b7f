"""Analysis: exports, traces of a figure, the data dictionary, the first look."""
