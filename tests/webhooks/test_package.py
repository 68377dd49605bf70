"""Importing `adapty.webhooks` loads no framework."""

from __future__ import annotations

import pkgutil

from adapty import webhooks
from tests.test_exports import python

FRAMEWORKS = ("asgiref", "django", "fastapi", "flask", "starlette", "uvicorn", "werkzeug")


def test_package_imports_no_framework() -> None:
    """And no other extra."""
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
