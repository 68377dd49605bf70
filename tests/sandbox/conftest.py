"""A client of the sandbox's HTTP interface, over a real socket."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import settings

from tests.conftest import EVENT, PROFILE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapty.sandbox import Sandbox

PROFILE_PATH = "/api/v1/profile/save/"
EVENT_PATH = "/api/v1/profile/transaction-event/save/"
DELETION_PATH = "/api/v1/profile/delete/"

LEFT_OUT = object()
"""As a field's value: the field is not sent."""

PROPERTY = settings(database=None, deadline=None, derandomize=True, max_examples=60)

HTTP_PROPERTY = settings(PROPERTY, max_examples=30)
"""For properties that send several requests per example."""


def profile(**changes: Any) -> dict[str, Any]:
    """Return the body of a valid profile, with changes."""
    return _changed(PROFILE, changes)


def event(**changes: Any) -> dict[str, Any]:
    """Return the body of a valid transaction event, with changes."""
    return _changed(EVENT, changes)


def _changed(body: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**body, **changes}.items() if value is not LEFT_OUT}


def fields(answer: httpx.Response) -> list[str]:
    """Return the invalid fields of a 400 in order, and check its format."""
    return [error["field_name"] for error in errors(answer, 400)]


def errors(answer: httpx.Response, status: int) -> list[dict[str, Any]]:
    """Return the errors of a rejection, after a check of its format."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert list(body) == ["errors"]
    for error in body["errors"]:
        assert error.keys() - {"field_name"} == {"message", "error_code", "status_code"}
        assert error["status_code"] == status
        assert isinstance(error["message"], str)
        assert isinstance(error.get("field_name", ""), str)
    return list(body["errors"])


class Api:
    """Sends requests of a test to the sandbox."""

    def __init__(self, http: httpx.Client) -> None:
        """Store the client, which has the key."""
        self.http = http

    @classmethod
    @contextmanager
    def of(cls, sandbox: Sandbox) -> Iterator[Api]:
        """Create one for a sandbox, with its key."""
        headers = {"authorization": f"Bearer {sandbox.mail_key}"}
        with httpx.Client(base_url=sandbox.url, headers=headers) as http:
            yield cls(http)

    def save_profile(self, **changes: Any) -> httpx.Response:
        """Save a valid profile, with changes."""
        return self.send(PROFILE_PATH, profile(**changes))

    def save_event(self, **changes: Any) -> httpx.Response:
        """Save a valid event, with changes."""
        return self.send(EVENT_PATH, event(**changes))

    def delete_profile(self, **named: Any) -> httpx.Response:
        """Erase a profile by an identifier."""
        return self.send(DELETION_PATH, named)

    def send(self, path: str, body: Any) -> httpx.Response:
        """Send a body as JSON, in ASCII, so that lone surrogates can be sent."""
        return self.http.post(path, content=json.dumps(body), headers={"content-type": "application/json"})

    def reset(self) -> None:
        """Delete all data of the sandbox."""
        assert self.http.post("/_sandbox/reset").status_code == 200

    def inside(self, path: str) -> Any:
        """Get an inspection endpoint."""
        answer = self.http.get(f"/_sandbox/{path}")
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture(scope="session")
def shared_api(running_sandbox: Sandbox) -> Iterator[Api]:
    """Return the API of the sandbox that all tests share, with its data."""
    with Api.of(running_sandbox) as api:
        yield api


@pytest.fixture
def api(sandbox: Sandbox, shared_api: Api) -> Api:
    """Return the API of the sandbox, without data."""
    return shared_api
