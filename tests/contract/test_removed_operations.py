"""An installation whose contract lacks operations that the facade calls, as after `update-spec --allow-removals`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import adapty_generated
from scripts.spec_for_generation import METHODS

SCRIPT = """
import asyncio
import inspect

import adapty.bulk, adapty.fast, adapty.testing, adapty.webhooks
from adapty import Adapty, AdaptyError, AsyncAdapty
from adapty.bulk import erase, import_profiles
from adapty.sandbox import Sandbox
from adapty.testing import assert_profile_saved, assert_requests


def failing(call):
    try:
        call()
    except AdaptyError as error:
        return f"{type(error).__name__}: {error}"
    return "no error"


PROFILE = {"external_profile_id": "u", "external_created_at": "2026-06-01T10:30:00Z", "email": "jane@example.com"}

with Sandbox() as sandbox:
    options = {"secret_key": sandbox.secret_key, "mail_secret_key": sandbox.mail_key}
    options |= {"base_url": sandbox.url, "mail_base_url": sandbox.url}
    with Adapty(**options) as client:
        print(failing(lambda: client.mail.delete_profile(external_profile_id="u")))
        print(failing(lambda: client.refund_saver.get(customer_user_id="u")))
        report = client.mail.delete_many(["u", "v"])
        print(len(report.failed), report.aborted_by)
        print(failing(lambda: erase(client, ["u"], api="mail", report="erased.csv")))

        assert import_profiles(client, [PROFILE]).accepted == 1
        client.profiles.create(customer_user_id="u")
        assert_profile_saved(sandbox, "u", email="jane@example.com")
        assert_requests(sandbox, "saveProfile", count=1)
        assert client.mail.low_level() and client.low_level()

    async def delete():
        async with AsyncAdapty(**options) as client:
            await client.mail.delete_profile(external_profile_id="u")

    print(failing(lambda: asyncio.run(delete())))
"""


def remove_operations(package: Path, modules: tuple[str, ...], operations: tuple[str, ...]) -> None:
    """Remove operations from the generated code and the contract of an API."""
    for module in modules:
        path = package / "api" / module
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    file = package / "openapi.json"
    contract = json.loads(file.read_text("utf-8"))
    for item in contract["paths"].values():
        for method in [name for name in METHODS if item.get(name, {}).get("operationId") in operations]:
            del item[method]
    file.write_text(json.dumps(contract), "utf-8")


def test_removed_operation_is_a_clear_error(tmp_path: Path) -> None:
    """Its methods raise AdaptyError, also in batches; imports, sandbox, bulk jobs and assertions work."""
    copy = tmp_path / "adapty_generated"
    shutil.copytree(Path(adapty_generated.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    remove_operations(copy / "mail", ("default/delete_profile.py",), ("deleteProfile",))
    remove_operations(copy / "server_side", ("refund_saver",), ("getRefundSaverSettings", "setRefundSaverSettings"))

    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        check=False,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
    )

    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    gone = "the operation is not in the contract that this installation was generated from"
    deletion = f"deleteProfile: {gone} (openapi/mail.yaml)"
    assert done.stdout.splitlines() == [
        f"AdaptyError: {deletion}",
        f"AdaptyError: getRefundSaverSettings: {gone} (openapi/server_side.yaml)",
        f"2 {deletion}",
        f"AdaptyError: {deletion}",
        f"AdaptyError: {deletion}",
    ]
