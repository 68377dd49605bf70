"""What is wrong with a request, one flaw per field."""

from __future__ import annotations

from attrs import frozen

from adapty._core.validation import format_name

__all__ = ["BodyRefused", "Flaw"]


@frozen(kw_only=True)
class Flaw:
    """One thing that is wrong with a request.

    Attributes:
        message: What is wrong, in words that never quote the value.
        path: The names that lead to the field at fault; empty where no single field is.
        keyword: The keyword of the schema that it breaks; empty where it breaks a rule beyond the schema.
    """

    message: str
    path: tuple[str | int, ...] = ()
    keyword: str = ""

    @property
    def field_name(self) -> str:
        """The path as the API writes it, dotted: `device_info.platform`. A lone surrogate is shown escaped.

        Example:
            >>> Flaw(message="Field required", path=("device_info", "platform")).field_name
            'device_info.platform'
        """
        return ".".join(map(format_name, self.path))


class BodyRefused(Exception):  # noqa: N818 - never leaves the sandbox: it becomes an answer of status 400
    """A body is not what the operation takes.

    Attributes:
        flaws: All that is wrong with it, in the order of the contract's properties.
    """

    def __init__(self, *flaws: Flaw) -> None:
        """Keep the flaws."""
        super().__init__(*(flaw.message for flaw in flaws))
        self.flaws = flaws
