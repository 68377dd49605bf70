"""Find the gaps of the facade that the changes of a contract cause, and assign them to the changes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scripts.coverage_map import COMMANDS, EVENTS, METHODS, PARAMETERS, REQUESTS, RESPONSES
from scripts.facade_coverage import APIS, CONTRACTS, Gap, checks_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scripts.facade_coverage import Contract
    from scripts.spec_diff.compare import Change
    from scripts.spec_diff.document import Document

__all__ = ["assign_gaps", "find_new_gaps"]


MIN_SHARED = 0.75
"""The share of our schemas whose names the new contract needs to have, for its gaps to say anything."""


def find_new_gaps(api: str, old: Document, new: Document) -> list[Gap]:
    """Return the gaps between the facade and the new contract that the old contract did not have.

    A contract with other names of schemas, such as the vendor's server-side contract, has one gap that says so.
    """
    ours, theirs = (set(each.names.values()) for each in (old, new))
    if api in CONTRACTS and len(ours & theirs) < MIN_SHARED * len(ours):
        return [Gap("unknown: the contract has other names of schemas than ours", frozenset())]
    found: dict[Gap, None] = {}
    for name in CONTRACTS:
        if name == api:
            known = set(_find_gaps(name, old))
            found |= dict.fromkeys(gap for gap in _find_gaps(name, new) if gap not in known)
    return list(found)


def _find_gaps(name: Contract, document: Document) -> Iterator[Gap]:
    content = document.content
    components = {"schemas": {}, **content.get("components", {})}
    for subject, check in checks_for(name).items():
        try:
            yield from check({**content, "components": components})
        except (AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError):
            yield Gap(f"the {subject} could not be checked: the contract is written differently from ours", frozenset())


def assign_gaps(api: str, changes: Sequence[Change], gaps: Sequence[Gap]) -> list[list[Gap]]:
    """Return the gaps of each change, as far as their names tell.

    A gap belongs to a change of the same name. Of several such changes, it belongs to those whose operation or shared
    schema it mentions too. If that leaves several changes, it belongs to none.
    """
    assigned: list[list[Gap]] = [[] for _ in changes]
    contexts = [_context_words(api, change) for change in changes]
    for gap in gaps:
        scores = [
            1 + sum(_contains_word(gap.text, word) for word in words) if gap.names & _names_of(change) else 0
            for change, words in zip(changes, contexts, strict=True)
        ]
        best = max(scores, default=0)
        matches = [index for index, score in enumerate(scores) if score == best]
        if best > 1 or (best == 1 and len(matches) == 1):
            for index in matches:
                assigned[index].append(gap)
    return assigned


def _names_of(change: Change) -> set[str]:
    arguments = {PARAMETERS.get(name) for name in change.subjects}
    return {*change.subjects, *(name for name in arguments if name)}


def _context_words(api: str, change: Change) -> set[str]:
    """Return the operations and shared schemas of a change, and their methods, commands and classes in the facade."""
    schema = re.split(r"[.\[]", change.element)[0]
    words = {schema, *change.operations}
    for name in (known for known in APIS if known == api):
        for operation in change.operations:
            words |= set(METHODS[name].get(operation, ()))
            words |= {" ".join(COMMANDS[name][operation])} if operation in COMMANDS[name] else set()
        if schema in REQUESTS[name]:
            words.add(REQUESTS[name][schema].__name__)
        words |= {model.__name__ for model, schemas in RESPONSES[name].items() if model and schema in schemas}
    if api == "webhooks" and (event := EVENTS.get(schema)):
        words.add(event.__name__)
    return words


def _contains_word(text: str, word: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text) is not None
