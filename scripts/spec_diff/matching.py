"""Which alternative of the old contract is which of the new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

    from scripts.spec_diff.normalize import Shapes
    from scripts.spec_diff.schema import Form

__all__ = ["paired"]


def paired(
    old: list[Form], new: list[Form], old_shapes: Shapes, new_shapes: Shapes
) -> tuple[list[tuple[Form, Form]], list[Form], list[Form]]:
    """Pair the alternatives of one type: the same first, then what is called or marked the same, then what is alike.

    Returns:
        The pairs, the old ones left over, and the new ones left over.
    """
    if len(old) == len(new) == 1:
        return [(old[0], new[0])], [], []
    old, new = list(old), list(new)
    pairs: list[tuple[Form, Form]] = []
    criteria: tuple[tuple[Callable[[Form], Hashable], Callable[[Form], Hashable]], ...] = (
        (old_shapes.form_fingerprint, new_shapes.form_fingerprint),
        (lambda form: form.owner, lambda form: form.owner),
        (lambda form: _marks(form, old_shapes), lambda form: _marks(form, new_shapes)),
    )
    for of_old, of_new in criteria:
        known: dict[Hashable, list[Form]] = {}
        for form in new:
            known.setdefault(of_new(form), []).append(form)
        for form in list(old):
            mark = of_old(form)
            if mark and known.get(mark):
                pairs.append((form, _taken(known[mark], new)))
                _take(form, old)
    pairs += _most_alike(old, new)
    return pairs, old, new


def _taken(same: list[Form], new: list[Form]) -> Form:
    form = same.pop(0)
    _take(form, new)
    return form


def _take(form: Form, forms: list[Form]) -> None:
    """Take out this very form, which another one may equal."""
    del forms[next(index for index, other in enumerate(forms) if other is form)]


def _marks(form: Form, shapes: Shapes) -> frozenset[tuple[str, frozenset[str]]]:
    """Give the fields that can only have one value, which tell alternatives apart."""
    return frozenset(
        (name, inner.enum)
        for name, field in form.fields.items()
        for inner in shapes.shape(field.schema).forms
        if inner.enum and len(inner.enum) == 1
    )


def _most_alike(old: list[Form], new: list[Form]) -> Iterator[tuple[Form, Form]]:
    """Pair what shares most fields, and what is left alone on both sides; takes them out of the lists."""
    while old and new:
        shared, first, second = max(
            ((len(a.fields.keys() & b.fields.keys()), a, b) for a in old for b in new), key=lambda found: found[0]
        )
        if not shared and (len(old) > 1 or len(new) > 1):
            return
        _take(first, old)
        _take(second, new)
        yield first, second
