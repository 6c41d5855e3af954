"""Where something lies or is computed: a path of this machine, the address of an object store, an engine by name."""

from __future__ import annotations

import re

EMBEDDED = "duckdb"
"""The engine where none is named: DuckDB in memory."""

_SECRET = re.compile(r"(?P<scheme>[^/]*://)(?P<user>[^/@:]*)(?::.*)?@")


def is_remote(location: str) -> bool:
    """Whether a location is an address: ``s3://bucket/folder``."""
    return "://" in location and not location.startswith("file://")


def shown(location: str) -> str:
    """The location without what gives access to it. In ``abfss://container@account`` the container is a part of the place."""
    if not is_remote(location):
        return location
    plain = location.partition("?")[0]
    if found := _SECRET.match(plain):
        user = f"{found['user']}@" if found["scheme"].startswith("abfs") and found["user"] else ""
        return f"{found['scheme']}{user}{plain[found.end() :]}"
    return plain
