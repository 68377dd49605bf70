"""Paywalls: listed in pages, read, and updated with new remote configs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dateutil.parser import isoparse
from hypothesis import given
from hypothesis import strategies as st

from adapty.sandbox._server_side.paywalls import SEED_COUNT, seed_paywalls
from tests.cases import case
from tests.sandbox.conftest import HTTP_PROPERTY
from tests.sandbox.server_side.conftest import NOW, Clock, ServerSideApi, declined

if TYPE_CHECKING:
    from adapty.sandbox import Sandbox

SEEDS = list(seed_paywalls())
ID = SEEDS[0]["paywall_id"]


def page(api: ServerSideApi, number: int | None = None, size: int | None = None) -> tuple[list[str], dict[str, int]]:
    """Return the IDs of a page, and its pagination."""
    params = {"page[number]": number, "page[size]": size}
    answer = api.ask("listPaywalls", params={name: value for name, value in params.items() if value}).json()
    return [paywall["paywall_id"] for paywall in answer["data"]], answer["meta"]["pagination"]


def update(api: ServerSideApi, configs: Any) -> Any:
    """Replace the remote configs of the first paywall."""
    return api.ask("updatePaywall", {"remote_configs": configs}, paywall_id=ID)


def config(locale: str = "en", data: str = "{}") -> dict[str, str]:
    """Return a remote config."""
    return {"locale": locale, "data": data}


def test_seeds_need_more_than_one_page_of_the_default_size(api: ServerSideApi) -> None:
    """20 are on the first page, the rest on the second, and none after it."""
    first, about_first = page(api)
    second, about_second = page(api, 2)
    third, about_third = page(api, 3)
    assert first + second == [seed["paywall_id"] for seed in SEEDS]
    assert (len(first), third) == (20, [])
    assert about_first == {"count": SEED_COUNT, "page": 1, "pages": 2}
    assert (about_second["page"], about_third) == (2, {"count": SEED_COUNT, "page": 3, "pages": 2})


@HTTP_PROPERTY
@given(size=st.integers(1, 100))
def test_pages_contain_every_paywall_once(shared_server_side: ServerSideApi, size: int) -> None:
    """Every page size returns the same paywalls."""
    found: list[str] = []
    number, pages = 1, 1
    while number <= pages:
        ids, about = page(shared_server_side, number, size)
        pages = about["pages"]
        assert len(ids) <= size
        found += ids
        number += 1
    assert found == [seed["paywall_id"] for seed in SEEDS]


def test_invalid_page_is_rejected_by_parameter(api: ServerSideApi) -> None:
    """Page numbers and sizes are integers within the documented bounds."""
    cases: list[tuple[str, str]] = [
        *(("page[number]", value) for value in ("0", "-1", "x", "", "1.5", "٣", "9" * 400)),
        *(("page[size]", value) for value in ("0", "101", "x", "", "1e1", " 1 ")),
    ]
    for name, value in cases:
        with case(name, value):
            api.reset()
            assert declined(api.ask("listPaywalls", params={name: value}), 400, "validation_error") == [name]


def test_all_wrong_parameters_are_named(api: ServerSideApi) -> None:
    """The error lists all invalid parameters; unknown ones are ignored."""
    params = {"page[size]": 0, "page[number]": 0, "sort": "x"}
    assert declined(api.ask("listPaywalls", params=params), 400, "validation_error") == ["page[number]", "page[size]"]


def test_page_far_beyond_the_last_is_empty(api: ServerSideApi) -> None:
    """A page with any high number is empty."""
    assert page(api, 10**18 - 1, 100)[0] == []


def test_list_omits_remote_configs(api: ServerSideApi) -> None:
    """Only the paywall itself has them; other fields are the same."""
    for listed in api.data("listPaywalls"):
        paywall = api.ask("getPaywall", paywall_id=listed["paywall_id"]).json()
        assert paywall == {**listed, **{name: paywall[name] for name in ("remote_configs", "main_screenshot")}}


def test_id_may_be_in_upper_case(api: ServerSideApi) -> None:
    """A UUID is the same in any case."""
    assert api.ask("getPaywall", paywall_id=ID.upper()).json()["paywall_id"] == ID


def test_unknown_paywall_is_404(api: ServerSideApi) -> None:
    """An ID that is not a UUID is unknown."""
    name_cases: list[str] = ["00000000-0000-4000-8000-000000000000", "none", "%00", "%20", "é", "a%0Ab", "x" * 999]
    operation_id_cases: list[str] = ["getPaywall", "updatePaywall"]
    for name in name_cases:
        for operation_id in operation_id_cases:
            with case(operation_id, name):
                api.reset()
                answer = api.ask(
                    operation_id, {"remote_configs": []} if operation_id == "updatePaywall" else None, paywall_id=name
                )
                assert declined(answer, 404, "paywall_does_not_exist") == [None]


def test_update_replaces_all_remote_configs(api: ServerSideApi, clock: Clock) -> None:
    """Locales that are not sent are deleted; the response and later reads have the new ones."""
    configs = [config("fr", '{"titre": "Bonjour"}'), config("en", "[1, 2]")]
    updated = update(api, configs).json()
    assert updated["remote_configs"] == configs
    assert isoparse(updated["updated_at"]) == isoparse(NOW)
    assert api.ask("getPaywall", paywall_id=ID).json() == updated
    assert {**updated, "remote_configs": None, "updated_at": None} == {
        **SEEDS[0],
        "remote_configs": None,
        "updated_at": None,
    }
    assert update(api, []).json()["remote_configs"] == []


def test_other_paywalls_stay(api: ServerSideApi) -> None:
    """Other paywalls and the order are unchanged."""
    update(api, [])
    assert page(api, size=100)[0] == [seed["paywall_id"] for seed in SEEDS]
    assert api.ask("getPaywall", paywall_id=SEEDS[1]["paywall_id"]).json() == SEEDS[1]


def test_data_is_any_json_text(api: ServerSideApi) -> None:
    """The text is stored unchanged."""
    cases: list[str] = ["{}", "[]", "null", '"text"', "0.5", ' {"a": [true]} ', '{"é": "\U0001f600"}']
    for data in cases:
        with case(data):
            api.reset()
            assert update(api, [config(data=data)]).json()["remote_configs"] == [config(data=data)]


def test_invalid_data_is_rejected_by_index(api: ServerSideApi) -> None:
    """Nothing is replaced."""
    cases: list[str] = ["", " ", "{", "{'a': 1}", "NaN", "x", "{} {}", "[" * 5000, "\ufeff{}", "9" * 5000]
    for data in cases:
        with case(data):
            api.reset()
            answer = update(api, [config(), config("de", data)])
            assert declined(answer, 400, "validation_error") == ["remote_configs.1.data"]
            assert api.ask("getPaywall", paywall_id=ID).json() == SEEDS[0]


def test_duplicate_locale_is_rejected(api: ServerSideApi) -> None:
    """The error has the position of the second one."""
    assert declined(update(api, [config(), config("de"), config()]), 400, "validation_error") == [
        "remote_configs.2.locale"
    ]


def test_wrong_config_is_named(api: ServerSideApi) -> None:
    """The error has the position and the field."""
    cases: list[tuple[Any, list[str]]] = [
        (None, ["remote_configs"]),
        ({}, ["remote_configs"]),
        ([None], ["remote_configs.0"]),
        ([{}], ["remote_configs.0.locale", "remote_configs.0.data"]),
        ([{"locale": 1, "data": {}}], ["remote_configs.0.locale", "remote_configs.0.data"]),
        ([config("\ud800")], ["remote_configs.0.locale"]),
        ([config(data='"\ud800"')], ["remote_configs.0.data"]),
    ]
    for configs, sources in cases:
        with case(configs, sources):
            api.reset()
            assert declined(update(api, configs), 400, "validation_error") == sources


def test_reset_restores_the_seeds(api: ServerSideApi, sandbox: Sandbox) -> None:
    """The paywalls are those of a new sandbox."""
    update(api, [])
    sandbox.reset()
    assert api.ask("getPaywall", paywall_id=ID).json() == SEEDS[0]
    assert page(api)[1]["count"] == SEED_COUNT
