"""What the facade owes for the changes of a contract, and for which change it owes what."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scripts.coverage_map import ANSWERS, COMMANDS, EVENTS, METHODS, PARAMETERS, RECORDS
from scripts.facade_coverage import APIS, CONTRACTS, kinds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scripts.facade_coverage import Contract
    from scripts.spec_diff.compare import Change
    from scripts.spec_diff.document import Document

__all__ = ["debts_by_change", "new_debts"]


def new_debts(api: str, old: Document, new: Document) -> list[str]:
    """Name what the facade owes to the new contract and did not owe to the old one."""
    found: dict[str, None] = {}
    for name in CONTRACTS:
        if name == api:
            known = set(_debts(name, old))
            found |= dict.fromkeys(debt for debt in _debts(name, new) if debt not in known)
    return list(found)


def _debts(name: Contract, document: Document) -> Iterator[str]:
    content = document.content
    components = {"schemas": {}, **content.get("components", {})}
    for kind, find in kinds(name).items():
        try:
            yield from find({**content, "components": components})
        except (AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError):
            yield f"nobody can say what the facade owes in its {kind}: the contract is not written the way ours are"


def debts_by_change(api: str, found: Sequence[Change], debts: Sequence[str]) -> list[list[str]]:
    """Give for each change the debts that it is about, as far as the names in them tell.

    A debt is for a change if it is about the same name; of several such changes, for those whose operation or shared
    schema it names too. Where that leaves more than one change open, it is for none.
    """
    owed: list[list[str]] = [[] for _ in found]
    contexts = [_context(api, change) for change in found]
    for debt in debts:
        names, around = _parts(debt)
        scores = [
            1 + sum(_says(around, word) for word in context) if names & _subjects(change) else 0
            for change, context in zip(found, contexts, strict=True)
        ]
        best = max(scores, default=0)
        chosen = [index for index, score in enumerate(scores) if score == best]
        if best > 1 or (best == 1 and len(chosen) == 1):
            for index in chosen:
                owed[index].append(debt)
    return owed


def _parts(debt: str) -> tuple[set[str], str]:
    """Split a debt into the names that it may be about, and what stands around them.

    A debt ends with what it is about, or with `of` and whose it is; or it says what something owes to be.
    """
    holder, owes, rest = debt.partition(" owes ")
    if rest.startswith("to be "):
        return {holder.rpartition(".")[2]}, holder
    what, _, whose = (rest if owes else debt).rpartition(" of ")
    what = what or whose
    numbers = re.findall(r"\d+", what)
    return {what.split()[-1].strip("[],"), *what.split()[-1].split("."), *numbers}, f"{debt} "


def _subjects(change: Change) -> set[str]:
    arguments = {PARAMETERS.get(name) for name in change.subjects}
    return {*change.subjects, *(name for name in arguments if name)}


def _context(api: str, change: Change) -> set[str]:
    """Name the operations and shared schemas of a change, and what of the facade stands for them."""
    schema = re.split(r"[.\[]", change.element)[0]
    words = {schema, *change.operations}
    for name in (known for known in APIS if known == api):
        for operation in change.operations:
            words |= set(METHODS[name].get(operation, ()))
            words |= {" ".join(COMMANDS[name][operation])} if operation in COMMANDS[name] else set()
        if schema in RECORDS[name]:
            words.add(RECORDS[name][schema].__name__)
        words |= {kind.__name__ for kind, schemas in ANSWERS[name].items() if kind and schema in schemas}
    if api == "webhooks" and (event := EVENTS.get(schema)):
        words.add(event.__name__)
    return words


def _says(text: str, word: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text) is not None
