"""Many pictures: processes or a cluster, records, going on after an interruption."""
