"""The facade against the specs that the code is generated from.

A change of the contract breaks these tests; their messages list what the facade does not cover.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import attrs
import pytest

from adapty._generated import openapi_spec
from scripts.facade_coverage import CONTRACTS, checks_for

if TYPE_CHECKING:
    from scripts.facade_coverage import Contract


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for name in CONTRACTS for kind in checks_for(name)])
def test_facade_has_no_gaps(name: Contract, kind: str) -> None:
    """The facade covers each operation, field and enum value, and has nothing else."""
    gaps = list(map(str, checks_for(name)[kind](openapi_spec(name))))

    assert not gaps, "\n" + "\n".join(gaps)


@pytest.mark.parametrize("api", CONTRACTS)
def test_generated_models_have_the_fields_of_the_spec(api: Contract) -> None:
    """The generated code matches its spec."""
    models = importlib.import_module(f"adapty_generated.{api}.models")
    for name, schema in openapi_spec(api)["components"]["schemas"].items():
        if "properties" in schema:
            # The generator appends an underscore to names of builtins, such as type and id.
            fields = {field.name.rstrip("_") for field in attrs.fields(getattr(models, name))}
            assert fields - {"additional_properties"} == set(schema["properties"]), name
