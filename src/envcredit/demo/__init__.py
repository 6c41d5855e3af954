"""A made-up city with its units, parks and five years of records, as files that an officer would receive."""
