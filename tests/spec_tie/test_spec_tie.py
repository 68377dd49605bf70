"""The facade against the contract that the generated code was made of.

These are the tests that a change of the contract is meant to break: their messages name what the facade owes.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import attrs
import pytest

from adapty._generated import contract
from scripts.facade_coverage import CONTRACTS, kinds

if TYPE_CHECKING:
    from scripts.facade_coverage import Contract


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for name in CONTRACTS for kind in kinds(name)])
def test_the_facade_owes_nothing(name: Contract, kind: str) -> None:
    """Each operation, field and enum value of the contract is offered, and nothing is offered beyond them."""
    owed = list(kinds(name)[kind](contract(name)))

    assert not owed, "\n" + "\n".join(owed)


@pytest.mark.parametrize("api", CONTRACTS)
def test_the_generated_models_have_the_fields_of_the_contract(api: Contract) -> None:
    """The low-level code and the contract beside it were made together."""
    models = importlib.import_module(f"adapty_generated.{api}.models")
    for name, schema in contract(api)["components"]["schemas"].items():
        if "properties" in schema:
            # The generator puts an underscore behind names of builtins, such as type and id.
            fields = {field.name.rstrip("_") for field in attrs.fields(getattr(models, name))}
            assert fields - {"additional_properties"} == set(schema["properties"]), name
