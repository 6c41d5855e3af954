"""Others who grade the same units by the same scheme. Each has ``rate(given) -> Answer``."""
