"""Importing `adapty.webhooks` loads no framework."""

from __future__ import annotations

import pkgutil

from adapty import webhooks
from tests.test_exports import python

FRAMEWORKS = ("asgiref", "django", "fastapi", "flask", "starlette", "uvicorn", "werkzeug")


def test_no_framework_is_loaded() -> None:
    """Whatever of the package is imported, none of the frameworks comes with it: whoever has one has only theirs."""
    modules = [f"adapty.webhooks.{module.name}" for module in pkgutil.iter_modules(webhooks.__path__)]
    assert "adapty.webhooks.frameworks" in modules
    code = f"""
import importlib, sys
for name in {modules}:
    importlib.import_module(name)
from adapty.webhooks import *
asgi_app(Receiver("x"), print), wsgi_app(Receiver("x"), print)
print(sorted(set({FRAMEWORKS}) & set(sys.modules)))
"""
    assert python(code) == "[]\n"
