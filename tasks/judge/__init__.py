"""Judge: the rules applied, the second look, the decisions of people."""
