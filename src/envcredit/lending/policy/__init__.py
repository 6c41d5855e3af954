"""A bank's lending policy as data: what its own written rules say to do with each loan, given what a release says of the
borrower."""
