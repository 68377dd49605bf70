"""All text that tools may show of an exception."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["shown_by"]


def shown_by(error: BaseException) -> str:
    """Return the text of an exception and its linked ones, with the locals of all frames but the test's."""
    return "\n".join(_texts(error, set()))


def _texts(error: BaseException | None, seen: set[int]) -> Iterator[str]:
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    yield f"{error} {error!r} {error.args} {vars(error)} {getattr(error, '__notes__', '')}"
    traceback = error.__traceback__
    while traceback is not None:
        if "/tests/" not in traceback.tb_frame.f_code.co_filename:
            yield repr(traceback.tb_frame.f_locals)
        traceback = traceback.tb_next
    yield from _texts(error.__cause__, seen)
    yield from _texts(error.__context__, seen)
