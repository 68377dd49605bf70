"""What `adapty.webhooks` offers: each name once, loaded when it is asked for, and no framework with it."""

from __future__ import annotations

import inspect
import pkgutil
import types

import pytest

from adapty import webhooks
from tests.core.test_exports import order, python

FRAMEWORKS = ("asgiref", "django", "fastapi", "flask", "starlette", "uvicorn", "werkzeug")


def test_the_public_names_are_sorted_and_each_has_one_home() -> None:
    """`__all__` has each name once, in the linter's order, and each is loaded from somewhere."""
    assert webhooks.__all__ == sorted(set(webhooks.__all__), key=order)
    assert set(webhooks.__all__) == set(webhooks._HOMES)
    assert set(webhooks.__all__) <= set(dir(webhooks))


@pytest.mark.parametrize("name", webhooks.__all__)
def test_every_public_name_is_there_and_documented(name: str) -> None:
    """Each can be had, is no module, and says what it is."""
    value = getattr(webhooks, name)
    assert getattr(webhooks, name) is value
    assert not isinstance(value, types.ModuleType)
    if inspect.isclass(value) or inspect.isfunction(value):
        assert value.__name__ == name
        assert inspect.getdoc(value)


def test_other_names_are_not_there() -> None:
    """A slip is told as everywhere in Python."""
    with pytest.raises(AttributeError, match=r"^module 'adapty\.webhooks' has no attribute 'Reciever'$"):
        webhooks.Reciever  # noqa: B018


def test_no_framework_is_loaded() -> None:
    """Whatever of the package is imported, none of the frameworks comes with it: whoever has one has only theirs."""
    modules = [f"adapty.webhooks.{module.name}" for module in pkgutil.iter_modules(webhooks.__path__)]
    assert "adapty.webhooks.django_mount" in modules
    code = f"""
import importlib, sys
for name in {modules}:
    importlib.import_module(name)
from adapty.webhooks import *
asgi_app(Receiver("x"), print), wsgi_app(Receiver("x"), print)
print(sorted(set({FRAMEWORKS}) & set(sys.modules)))
"""
    assert python(code) == "[]\n"


def test_the_package_itself_loads_hardly_anything() -> None:
    """Whoever imports the package for one name does not pay for the others."""
    code = "import adapty.webhooks, sys; print([name for name in ('attrs', 'httpx', 'sqlite3') if name in sys.modules])"
    assert python(code) == "[]\n"
