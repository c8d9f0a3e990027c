"""Area paths: ids from the root down, each followed by a slash (``1/25/312/4411/``).

A subtree is a range of text, so that a plain b-tree index serves "everything below" on both
databases. It holds under byte order (PostgreSQL initialised with C collation, SQLite's BINARY).
"""

from __future__ import annotations

from django.db.models import Q

#: Longer than seven levels of ids with eleven digits each.
PATH_CHARS_MAX = 120


def child_path(parent: str, pk: int) -> str:
    return f"{parent}{pk}/"


def upper(path: str) -> str:
    """The first text after every path below ``path`` ('0' is the character after '/')."""
    assert path.endswith("/"), path
    return path[:-1] + "0"


def below(path: str, field: str = "path") -> Q:
    """Rows whose ``field`` is ``path`` itself or lies below it."""
    return Q(**{f"{field}__gte": path, f"{field}__lt": upper(path)})


def ancestors(path: str) -> list[int]:
    """Ids from the root down to the path's own."""
    return [int(part) for part in path.split("/") if part]
