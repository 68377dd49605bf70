"""Check that two contracts are versions of the same API."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scripts.spec_diff.document import parse_document
from scripts.spec_diff.reading import ROOT, CannotCompareError, parse, read_source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripts.spec_diff.document import Document

__all__ = ["check_same_api"]


def check_same_api(old: Document, new: Document) -> None:
    """Raise unless the contracts have a path or a webhook in common.

    Raises:
        CannotCompareError: They have none. The message names our contract that the new one belongs to, if there is one.
    """
    paths = _find_paths(new)
    known = _find_paths(old)
    if not known or known & paths:
        return
    others = ", ".join(name for name in _find_contracts(paths) if name != old.name)
    hint = f"; it has paths of {others}" if others else ""
    raise CannotCompareError(f"{new.name}: belongs to another API: it has no path in common with {old.name}{hint}")


def _find_paths(document: Document) -> set[str]:
    """Return the paths, with the path of each server and without the names of parameters, and the webhooks."""
    content = document.content
    bases = [urlsplit(server.get("url", "")).path.rstrip("/") for server in content.get("servers") or [{}]]
    paths = {
        base + re.sub(r"\{[^}]*\}", "{}", path.rstrip("/"))
        for path in content.get("paths") or ()
        for base in bases
        if not path.startswith("x-")
    }
    return paths | {f"webhook {name}" for name in content.get("webhooks") or () if not name.startswith("x-")}


def _find_contracts(paths: set[str]) -> Iterator[str]:
    """Yield the names of our contracts that have one of the paths."""
    for name, known in _paths_by_contract().items():
        if known & paths:
            yield name


@cache
def _paths_by_contract() -> dict[str, set[str]]:
    """Return the paths of our contracts."""
    files = sorted((ROOT / "openapi").glob("*.yaml"))
    names = [file.relative_to(ROOT).as_posix() for file in files]
    return {name: _find_paths(parse_document(parse(read_source(str(ROOT / name)), name), name)) for name in names}
