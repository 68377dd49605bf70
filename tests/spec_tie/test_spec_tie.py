"""The facade against the contract that the generated code was made of.

These are the tests that a change of the contract is meant to break: their messages name what the facade owes.
"""

from __future__ import annotations

import importlib

import attrs
import pytest

from adapty._generated import contract
from scripts.facade_debts import KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_the_facade_owes_nothing(kind: str) -> None:
    """Each operation, field and enum value of the contract is offered, and nothing is offered beyond them."""
    owed = list(KINDS[kind](contract("mail")))

    assert not owed, "\n" + "\n".join(owed)


def test_the_generated_models_have_the_fields_of_the_contract() -> None:
    """The low-level code and the contract beside it were made together."""
    models = importlib.import_module("adapty_generated.mail.models")
    for name, schema in contract("mail")["components"]["schemas"].items():
        if "properties" in schema:
            fields = {field.name for field in attrs.fields(getattr(models, name))}
            assert fields - {"additional_properties"} == set(schema["properties"]), name
