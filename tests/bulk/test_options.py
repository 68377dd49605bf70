"""The options of bulk jobs: what is wrong is refused before anything is read or sent, and named."""

from __future__ import annotations

import asyncio
import math
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from adapty import Adapty, AdaptyUsageError, AsyncAdapty
from adapty.bulk import async_import_all, import_all, import_events, import_profiles

if TYPE_CHECKING:
    from tests.bulk.conftest import FakeApi


async def at_once(_: object) -> None:
    """Do nothing, asynchronously."""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("concurrency", 0),
        ("concurrency", 257),
        ("concurrency", 1.5),
        ("concurrency", True),
        ("concurrency", None),
        ("rate_limit", 0),
        ("rate_limit", -1),
        ("rate_limit", math.inf),
        ("rate_limit", math.nan),
        ("rate_limit", True),
        ("rate_limit", "10"),
        ("max_retries", -1),
        ("max_retries", 1001),
        ("max_retries", 1.0),
        ("max_retries", None),
        ("transport", "fast"),
        ("on_progress", 1),
        ("on_progress", at_once),
        ("mapping", "email=mail"),
        ("mapping", [("email", "mail")]),
        ("mapping", {1: "mail"}),
        ("mapping", {"email": 1}),
        ("mapping", {"e_mail": "mail"}),
        ("mapping", 0),
        ("ignore", "city"),
        ("ignore", ["email"] * 2 + [1]),
        ("ignore", None),
        ("rejects_dir", None),
        ("rejects_dir", 1),
        ("checkpoint", 1),
        ("concurency", 1),
        ("report", "x"),
        ("dry_run", "no"),
        ("dry_run", None),
        ("dry_run", 0),
    ],
)
def test_invalid_option_is_named(adapty: Adapty, api: FakeApi, name: str, value: Any) -> None:
    """Nothing is sent, and no file is created."""
    Path("base.csv").write_text("external_profile_id,external_created_at,email\nu,2026-06-01T10:30:00Z,j@example.com\n")

    with pytest.raises(AdaptyUsageError) as caught:
        import_profiles(adapty, "base.csv", **{name: value})

    assert caught.value.field_name == name
    assert (
        "expected" in str(caught.value)
        or "did you mean" in str(caught.value)
        or "is not an option" in str(caught.value)
        or "must be" in str(caught.value)
    )
    assert api.sent == []
    assert [path.name for path in Path().iterdir()] == ["base.csv"]


@pytest.mark.parametrize("value", ["no", 1, None])
def test_sort_must_be_a_bool(adapty: Adapty, api: FakeApi, value: Any) -> None:
    """The text "no" would count as true."""
    for call in (partial(import_all, events=[{}]), partial(import_events, source=[{}])):
        with pytest.raises(AdaptyUsageError, match=r"^sort: is .*; expected True or False$") as caught:
            call(adapty, sort=value)
        assert caught.value.field_name == "sort"
    assert api.sent == []


def test_misspelled_option_has_a_suggestion(adapty: Adapty) -> None:
    """The suggestion is the most similar option."""
    with pytest.raises(AdaptyUsageError, match=r"^rate_limits: is not an option; did you mean rate_limit\?"):
        import_all(adapty, profiles=[], rate_limits=1)  # type: ignore[call-arg]


@pytest.mark.parametrize("name", ["sort", "events", "profiles"])
def test_options_of_other_functions_are_rejected(adapty: Adapty, name: str) -> None:
    """Profiles cannot be sorted or have events."""
    with pytest.raises(AdaptyUsageError, match=f"^{name}: is not an option"):
        import_profiles(adapty, [], **{name: []})  # type: ignore[arg-type]


def test_source_must_not_be_none(adapty: Adapty) -> None:
    """None is not an empty source."""
    for call in (import_profiles, import_events):
        with pytest.raises(AdaptyUsageError, match=r"^source: is None"):
            call(adapty, None)  # type: ignore[arg-type]


def test_functions_reject_the_other_client(adapty: Adapty) -> None:
    """The error names the expected client."""
    with pytest.raises(AdaptyUsageError, match="expected an AsyncAdapty, the async client"):
        asyncio.run(async_import_all(adapty, profiles=[]))  # type: ignore[arg-type]
    with pytest.raises(AdaptyUsageError, match="expected an Adapty, the blocking client"):
        import_all(AsyncAdapty(mail_secret_key="k"), profiles=[])  # type: ignore[arg-type]


def test_file_cannot_have_two_purposes(adapty: Adapty) -> None:
    """A checkpoint or a rejects file would destroy an input."""
    Path("base.jsonl").write_text("")
    for options in ({"events": "base.jsonl"}, {"checkpoint": "base.jsonl"}, {"checkpoint": "./base.rejects.jsonl"}):
        with pytest.raises(AdaptyUsageError, match="would be used for two things"):
            import_all(adapty, profiles="base.jsonl", **options)  # type: ignore[arg-type]
    assert Path("base.jsonl").read_text() == ""


def test_missing_folder_is_rejected(adapty: Adapty, api: FakeApi) -> None:
    """A missing folder of rejects or checkpoint is an error before anything is sent."""
    Path("base.jsonl").write_text('{"external_profile_id": "u"}\n')
    for options in ({"rejects_dir": "nowhere"}, {"checkpoint": "nowhere/base.checkpoint"}):
        with pytest.raises(AdaptyUsageError, match="nowhere"):
            import_profiles(adapty, "base.jsonl", **options)  # type: ignore[arg-type]
    assert api.sent == []
    assert [path.name for path in Path().iterdir()] == ["base.jsonl"]
