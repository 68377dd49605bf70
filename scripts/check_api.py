"""Check that the public API is compatible with the last release.

    python -m scripts.check_api

The last release is the newest heading `## X.Y.Z - DATE` of CHANGELOG.md. The working tree is compared with the commit
that added the heading. Before the first release there is nothing to check.
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

# The modules that define the exports of `adapty` and its public packages.
CHECKED = (
    *(f"{kind}.{group}" for kind in ("_async", "_sync") for group in GROUPS),
    *("config.Timeouts", "errors", "flows", "_core.deletions"),
    *(f"models.{module}" for module in MODELS),
    *(f"bulk.{module}" for module in ("erasing", "importing", "options", "reports")),
    *("fast._transport.AsyncFastTransport", "fast._transport.fast_is_installed"),
    *("sandbox._app.create_app", "sandbox._server.Sandbox", "sandbox._webhooks.api", "sandbox._webhooks.deliveries"),
    *("sandbox._faults.injector.Faults", "sandbox._faults.model.Fault"),
    *(f"testing.{module}" for module in ("_mail", "_requests", "_server_side", "plugin")),
    *(f"webhooks.{module}" for module in WEBHOOKS),
)


def main(root: Path = ROOT) -> int:
    """Print the breaking changes and return the exit code."""
    heading = last_release((root / "CHANGELOG.md").read_text("utf-8"))
    if heading is None:
        print("no release yet: nothing to compare with")
        return 0
    old = griffe.load_git("adapty", ref=commit_of(heading, root), repo=root, resolve_aliases=True)
    new = griffe.load("adapty", search_paths=[root], try_relative_path=False, resolve_aliases=True)
    found = find_breaking_changes(old, new)
    print("\n".join(found) or f"compatible with {heading.removeprefix('## ')}")
    return 1 if found else 0


def find_breaking_changes(old: griffe.Object | griffe.Alias, new: griffe.Object | griffe.Alias) -> list[str]:
    """Return the breaking changes between two versions of the package."""
    removed = sorted({str(name) for name in old.exports or ()} - {str(name) for name in new.exports or ()})
    found = [f"adapty: {name} is no longer exported" for name in removed]
    for path in CHECKED:
        if _has(old, path):
            if not _has(new, path):
                found.append(f"adapty.{path}: removed")
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
    """Return the heading of the newest release, or None."""
    found = HEADING.search(changelog)
    return found.group() if found else None


def commit_of(heading: str, root: Path) -> str:
    """Return the commit that added a heading to the changelog."""
    command = ["git", "log", "--reverse", "--format=%H", f"-S{heading}", "--", "CHANGELOG.md"]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=root)
    commits = done.stdout.split()
    if not commits:
        sys.exit(f"CHANGELOG.md: the heading {heading!r} is not committed yet")
    return commits[0]


if __name__ == "__main__":
    sys.exit(main())
