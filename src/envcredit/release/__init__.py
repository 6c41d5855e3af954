"""From a run to a publication: results that are signed, logged, delivered and, where the law says so, forgotten."""
