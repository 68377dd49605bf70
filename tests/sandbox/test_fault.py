"""Test `Fault`: its arguments and its text form."""

from __future__ import annotations

import math
import pickle
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapty import AdaptyConfigError
from adapty.sandbox import Fault, FaultKind
from tests.cases import case
from tests.sandbox.conftest import PROPERTY

KINDS: tuple[FaultKind, ...] = get_args(FaultKind)
WAITS = {"slow", "stall"}
NEEDED: dict[str, dict[str, Any]] = {kind: {"seconds": 1} if kind in WAITS else {} for kind in KINDS}

WHOLE_SECONDS = st.integers(0, 86400)
SECONDS = WHOLE_SECONDS | st.floats(0, 86400)
COUNTS = st.integers(1, 10**9)
SOME = {
    "count": COUNTS,
    "operations": st.lists(st.sampled_from(["saveProfile", "deleteProfile", "getProfileV1"]), min_size=1),
}
WHICH = (
    st.fixed_dictionaries({}, optional={"every": COUNTS, **SOME}),
    st.fixed_dictionaries({"probability": st.floats(0, 1)}, optional=SOME),
)
WHAT = (
    st.fixed_dictionaries({"kind": st.just("rate_limited")}, optional={"retry_after": WHOLE_SECONDS}),
    st.fixed_dictionaries(
        {"kind": st.just("server_error")}, optional={"status": st.integers(500, 599), "retry_after": WHOLE_SECONDS}
    ),
    st.fixed_dictionaries(
        {"kind": st.just("html_error")}, optional={"status": st.integers(400, 599), "retry_after": WHOLE_SECONDS}
    ),
    st.fixed_dictionaries({"kind": st.sampled_from(sorted(WAITS)), "seconds": SECONDS}),
    st.fixed_dictionaries({"kind": st.sampled_from(["drop_before", "drop_after"])}),
)
FAULTS = st.builds(lambda what, which: Fault(**what, **which), st.one_of(WHAT), st.one_of(WHICH))


@PROPERTY
@given(FAULTS)
def test_text_form_round_trips(fault: Fault) -> None:
    """Whatever is in it, it is one line of printable ASCII, as a header takes it."""
    text = str(fault)

    assert Fault.parse(text) == fault
    assert str(Fault.parse(text)) == text
    assert hash(Fault.parse(text)) == hash(fault)
    assert text.isascii()
    assert text.isprintable()
    assert " " not in text


@PROPERTY
@given(
    st.text()
    | st.lists(st.sampled_from([*KINDS, ";", "=", ",", "count", "probability", "1", "-1", "1e999"])).map("".join)
)
def test_any_text_parses_or_raises_a_config_error(text: str) -> None:
    """Whatever it is, it is a fault or that error, and no other exception."""
    try:
        fault = Fault.parse(text)
    except AdaptyConfigError:
        return
    assert Fault.parse(str(fault)) == fault


def test_texts_are_parsed() -> None:
    """White space around the parts is no part of them."""
    cases: list[tuple[str, Fault]] = [
        ("rate_limited", Fault("rate_limited")),
        ("rate_limited;retry_after=2", Fault("rate_limited", retry_after=2)),
        ("server_error;status=503;every=20", Fault("server_error", status=503, every=20)),
        (" slow ; seconds = 0.5 ; count = 1 ", Fault("slow", seconds=0.5, count=1)),
        ("drop_after;probability=5e-2", Fault("drop_after", probability=0.05)),
        ("drop_before;operations=saveProfile", Fault("drop_before", operations="saveProfile")),
        (
            "html_error;operations=saveProfile, saveTransactionEvent, saveProfile",
            Fault("html_error", operations=["saveProfile", "saveTransactionEvent"]),
        ),
    ]
    for text, fault in cases:
        with case(text, fault):
            assert Fault.parse(text) == fault


def test_faults_are_formatted() -> None:
    """Without what is as it would be anyway, in the order of the attributes; the repr has the same."""
    cases: list[tuple[Fault, str]] = [
        (Fault("rate_limited", retry_after=2), "rate_limited;retry_after=2"),
        (Fault("slow", seconds=0.00001), "slow;seconds=1e-05"),
        (Fault("slow", seconds=-0.0), "slow;seconds=0"),
        (Fault("drop_after", probability=1), "drop_after;probability=1"),
        (
            Fault("server_error", status=500, count=3, operations=("saveProfile", "deleteProfile")),
            "server_error;status=500;count=3;operations=saveProfile,deleteProfile",
        ),
    ]
    for fault, text in cases:
        with case(fault, text):
            assert str(fault) == text
            assert repr(fault) == f"Fault.parse({text!r})"
            assert pickle.loads(pickle.dumps(fault)) == fault  # noqa: S301 - our own


def test_invalid_texts_are_rejected() -> None:
    """The error names the field, what is wrong and what would be right."""
    cases: list[tuple[str, str, str]] = [
        ("", "kind", "'' is not known; expected one of rate_limited, server_error, html_error, slow, stall, drop_befo"),
        ("rate_limit", "kind", "did you mean rate_limited?"),
        ("jane@example.com", "kind", "the value is not known"),
        ("slow", "seconds", "is missing; slow needs a duration"),
        ("stall;count=2", "seconds", "is missing"),
        ("rate_limited;", "fault", "'' has no ="),
        ("rate_limited;2", "fault", "'2' has no =; expected name=value after each semicolon"),
        ("rate_limited;retry-after=2", "fault", "'retry-after' is not known; did you mean retry_after?"),
        ("rate_limited;kind=slow", "fault", "'kind' is not known"),
        ("rate_limited;retry_after=2;retry_after=2", "retry_after", "appears twice"),
        ("rate_limited;retry_after=soon", "retry_after", "must be a whole number such as 20 (got 'soon')"),
        ("rate_limited;retry_after=0.5", "retry_after", "(got '0.5')"),
        ("rate_limited;retry_after=-1", "retry_after", "must be a whole number from 0 to 86400 (got -1)"),
        ("slow;seconds=soon", "seconds", "must be a number such as 2 or 0.05 (got 'soon')"),
        ("slow;seconds=nan", "seconds", "must be a number such as"),
        ("slow;seconds=٣", "seconds", "must be a number such as"),
        ("slow;seconds=1_0", "seconds", "must be a number such as"),
        ("slow;seconds=1e999", "seconds", "must be a number from 0 to 86400 (got inf)"),
        ("slow;seconds=-1", "seconds", "must be a number from 0 to 86400 (got -1.0)"),
        ("rate_limited;count=0", "count", "must be a whole number from 1 to 1000000000 (got 0)"),
        ("rate_limited;count=1.5", "count", "must be a whole number such as 20 (got '1.5')"),
        ("rate_limited;count=", "count", "must be a whole number such as 20 (got '')"),
        ("rate_limited;every=999999999999", "every", "must be a whole number from 1 to 1000000000"),
        ("rate_limited;probability=1.01", "probability", "must be a number from 0 to 1 (got 1.01)"),
        (
            "rate_limited;status=429",
            "status",
            "is not a field of rate_limited; expected only with html_error, serv",
        ),
        ("server_error;status=404", "status", "must be from 500 to 599 with server_error (got 404)"),
        ("html_error;status=399", "status", "must be a whole number from 400 to 599 (got 399)"),
        ("server_error;seconds=1", "seconds", "is not a field of server_error; expected only with slow, stall"),
        ("slow;seconds=1;retry_after=1", "retry_after", "is not a field of slow"),
        ("drop_before;status=500", "status", "is not a field of drop_before"),
        ("slow;seconds=1;every=2;probability=0.5", "every", "cannot be combined with probability"),
        ("rate_limited;seed=1", "fault", "'seed' is not known"),
        ("rate_limited;operations=", "operations", "'' is not known"),
        ("rate_limited;operations=saveprofile", "operations", "'saveprofile' is not known; did you mean saveProfile?"),
    ]
    for text, field_name, words in cases:
        with case(text, field_name, words):
            with pytest.raises(AdaptyConfigError) as refused:
                Fault.parse(text)

            assert refused.value.field_name == field_name
            assert str(refused.value).startswith(f"{field_name}: ")
            assert words in str(refused.value)
            assert "jane" not in str(refused.value)


def test_invalid_arguments_are_rejected() -> None:
    """What no text could say ends in the same error."""
    cases: list[tuple[dict[str, Any], str]] = [
        ({"kind": None}, "kind"),
        ({"kind": ["slow"]}, "kind"),
        ({"status": "503"}, "status"),
        ({"status": 503.0}, "status"),
        ({"status": True}, "status"),
        ({"retry_after": "2"}, "retry_after"),
        ({"retry_after": True}, "retry_after"),
        ({"retry_after": 0.5}, "retry_after"),
        ({"retry_after": math.nan}, "retry_after"),
        ({"kind": "slow", "seconds": "2"}, "seconds"),
        ({"kind": "slow", "seconds": True}, "seconds"),
        ({"kind": "slow", "seconds": math.nan}, "seconds"),
        ({"kind": "slow", "seconds": math.inf}, "seconds"),
        ({"kind": "slow", "seconds": 10**5000}, "seconds"),
        ({"retry_after": 10**5000}, "retry_after"),
        ({"count": True}, "count"),
        ({"count": 10**5000}, "count"),
        ({"every": 0}, "every"),
        ({"probability": -0.1}, "probability"),
        ({"operations": ()}, "operations"),
        ({"operations": 1}, "operations"),
        ({"operations": [1]}, "operations"),
        ({"operations": [["saveProfile"]]}, "operations"),
    ]
    for arguments, field_name in cases:
        with case(arguments, field_name):
            with pytest.raises(AdaptyConfigError) as refused:
                Fault(**{"kind": "server_error", **arguments})

            assert refused.value.field_name == field_name


def test_parse_rejects_other_types() -> None:
    """It says what is expected."""
    cases: list[Any] = [None, b"slow;seconds=1", 1, Fault("drop_after")]
    for text in cases:
        expected = r"fault: must be a string such as rate_limited;retry_after=2, not .*"
        with case(text), pytest.raises(AdaptyConfigError, match=expected):
            Fault.parse(text)


def test_every_kind_needs_only_its_required_fields() -> None:
    """With no more than it needs."""
    for kind in KINDS:
        with case(kind):
            fault = Fault(kind, **NEEDED[kind])

            assert (fault.kind, fault.count, fault.every, fault.probability, fault.operations) == (
                kind,
                None,
                None,
                None,
                None,
            )
