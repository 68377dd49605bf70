"""Guard the public API: nothing that the last release offered may break.

    python -m scripts.check_api

The last release is the newest heading `## X.Y.Z - DATE` of CHANGELOG.md; the commit that wrote the heading is what the
working tree is compared with. Before the first release there is nothing to guard.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import griffe

__all__ = ["last_release", "main"]

ROOT = Path(__file__).parent.parent
HEADING = re.compile(r"^## (\d+\.\d+\.\d+) - \d{4}-\d{2}-\d{2}$", re.MULTILINE)

GROUPS = (
    *("client", "mail", "profiles", "access_levels", "transactions", "purchases", "refund_saver", "integrations"),
    *("paywalls", "virtual_currencies", "v1"),
)
MODELS = (
    *("mail", "profile", "profile_request", "transactions", "refund_saver", "integrations", "paywalls"),
    "virtual_currency",
)

WEBHOOKS = (
    *("dedup", "events", "event_types.EVENT_TYPES", "mail_events", "outbox", "worker", "_stores.sqlite_dedup"),
    *(f"frameworks.{name}" for name in ("asgi_app", "django_view", "wsgi_app")),
    *(f"receiver.{name}" for name in ("Delivery", "Receiver", "WebhookResponse")),
)

# Where what users are promised is defined: the names that `adapty` and its public packages export.
GUARDED = (
    *(f"{kind}.{group}" for kind in ("_async", "_sync") for group in GROUPS),
    *("config.Timeouts", "errors", "flows", "_core.deletions"),
    *(f"models.{module}" for module in MODELS),
    *(f"bulk.{module}" for module in ("erase_report", "erasing", "importing", "options", "progress", "report")),
    *("fast.transport.AsyncFastTransport", "fast.transport.fast_is_installed"),
    *("sandbox._app.create_app", "sandbox._server.Sandbox", "sandbox._webhooks.api", "sandbox._webhooks.deliveries"),
    *("sandbox._faults.injector.Faults", "sandbox._faults.model.Fault"),
    *(f"testing.{module}" for module in ("_mail", "_requests", "_server_side", "plugin")),
    *(f"webhooks.{module}" for module in WEBHOOKS),
)


def main(root: Path = ROOT) -> int:
    """Print what breaks; 0 where nothing does."""
    heading = last_release((root / "CHANGELOG.md").read_text("utf-8"))
    if heading is None:
        print("no release yet: no public API to guard")
        return 0
    old = griffe.load_git("adapty", ref=commit_of(heading, root), repo=root, resolve_aliases=True)
    new = griffe.load("adapty", search_paths=[root], try_relative_path=False, resolve_aliases=True)
    found = breakages(old, new)
    print("\n".join(found) or f"nothing of {heading.removeprefix('## ')} breaks")
    return 1 if found else 0


def breakages(old: griffe.Object | griffe.Alias, new: griffe.Object | griffe.Alias) -> list[str]:
    """Say what of the old package's promises the new one breaks."""
    gone = sorted({str(name) for name in old.exports or ()} - {str(name) for name in new.exports or ()})
    found = [f"adapty: {name} is no longer exported" for name in gone]
    for path in GUARDED:
        if _has(old, path):
            if not _has(new, path):
                found.append(f"adapty.{path}: is gone")
                continue
            changes = griffe.find_breaking_changes(old[path], new[path])
            found += [change.explain(griffe.ExplanationStyle.ONE_LINE) for change in changes]
    return found


def _has(package: griffe.Object | griffe.Alias, path: str) -> bool:
    try:
        return bool(package[path])
    except KeyError:
        return False


def last_release(changelog: str) -> str | None:
    """Give the newest release's heading, or None where there is none."""
    found = HEADING.search(changelog)
    return found.group() if found else None


def commit_of(heading: str, root: Path) -> str:
    """Find the commit that wrote a heading into the changelog."""
    command = ["git", "log", "--reverse", "--format=%H", f"-S{heading}", "--", "CHANGELOG.md"]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=root)
    commits = done.stdout.split()
    if not commits:
        sys.exit(f"CHANGELOG.md: the heading {heading!r} is not committed yet")
    return commits[0]


if __name__ == "__main__":
    sys.exit(main())
