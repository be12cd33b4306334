"""Reads `app_manifest.yml`: the commands, shortcuts, scopes and events of the app."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from sandbox.slack.errors import CannotStart, Json

LISTS: tuple[tuple[str, int, Mapping[str, int]], ...] = (
    ("slash_commands", 50, {"command": 32, "description": 2000, "usage_hint": 1000}),
    ("shortcuts", 10, {"name": 24, "callback_id": 255, "description": 150}),
)
"""Features that come in lists: how many there may be, and how long their texts."""


@dataclass(frozen=True, slots=True)
class Manifest:
    name: str
    description: str
    bot_name: str
    home_tab: bool
    messages_tab: bool
    messages_tab_read_only: bool
    commands: tuple[Json, ...]
    shortcuts: tuple[Json, ...]
    scopes: frozenset[str]
    events: frozenset[str]
    interactive: bool

    def command(self, name: str) -> Json | None:
        return next((command for command in self.commands if command["command"] == name), None)

    def shortcut(self, callback_id: str) -> Json | None:
        return next((shortcut for shortcut in self.shortcuts if shortcut["callback_id"] == callback_id), None)


def read(path: Path) -> Manifest:
    """The manifest in `path`; raises CannotStart where it is missing or is not one."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CannotStart(f"The app manifest {path} cannot be read: {error.strerror}. Name another with --manifest.") from error
    except yaml.YAMLError as error:
        raise CannotStart(f"The app manifest {path} is not YAML: {error}") from error
    if not isinstance(document, dict) or "display_information" not in document:
        raise CannotStart(f"The app manifest {path} has no display_information, so it is not a Slack manifest.")
    _check(path, document)
    return _from(document)


def _check(path: Path, document: Json) -> None:
    """Raises CannotStart for what would only be noticed later, at a click that nobody hears of."""
    if not isinstance(document["display_information"], dict):
        raise CannotStart(f"The app manifest {path} has a display_information that holds no fields.")
    if _part(document, "settings").get("socket_mode_enabled") is False:
        raise CannotStart(f"The app manifest {path} turns Socket Mode off, and there is no other way in: set settings.socket_mode_enabled.")
    features = _part(document, "features")
    for kind, name in (("slash_commands", "command"), ("shortcuts", "callback_id")):
        entries = features.get(kind) or []
        if not isinstance(entries, list) or not all(isinstance(entry, dict) and entry.get(name) for entry in entries):
            raise CannotStart(f"The app manifest {path} needs a list under features.{kind}, each entry with its {name}.")
    for place, value, most in _sizes(document):
        if isinstance(value, (str, list)) and len(value) > most:
            what = "characters" if isinstance(value, str) else "entries"
            raise CannotStart(f"The app manifest {path} has more than {most} {what} in {place}, which Slack refuses: shorten it.")


def _sizes(document: Json) -> Iterator[tuple[str, Any, int]]:
    """Where Slack limits a manifest's texts and lists: the place, what stands there, the most."""
    features = _part(document, "features")
    shown, events = _part(document, "display_information"), _part(_part(document, "settings"), "event_subscriptions")
    yield "display_information.name", shown.get("name"), 35
    yield "display_information.description", shown.get("description"), 140
    yield "display_information.long_description", shown.get("long_description"), 4000
    yield "features.bot_user.display_name", _part(features, "bot_user").get("display_name"), 80
    yield "settings.event_subscriptions.bot_events", events.get("bot_events"), 100
    for kind, most, fields in LISTS:
        entries = features.get(kind) or []
        yield f"features.{kind}", entries, most
        yield from ((f"features.{kind}.{name}", entry.get(name), longest) for entry in entries for name, longest in fields.items())


def _from(document: Json) -> Manifest:
    features, settings = _part(document, "features"), _part(document, "settings")
    home = _part(features, "app_home")
    return Manifest(
        name=str(document["display_information"].get("name", "App")),
        description=str(document["display_information"].get("description", "")),
        bot_name=str(_part(features, "bot_user").get("display_name", "bot")),
        home_tab=bool(home.get("home_tab_enabled", False)),
        messages_tab=bool(home.get("messages_tab_enabled", True)),
        messages_tab_read_only=bool(home.get("messages_tab_read_only_enabled", False)),
        commands=tuple(features.get("slash_commands") or ()),
        shortcuts=tuple(features.get("shortcuts") or ()),
        scopes=frozenset(_part(_part(document, "oauth_config"), "scopes").get("bot") or ()),
        events=frozenset(_part(settings, "event_subscriptions").get("bot_events") or ()),
        interactive=bool(_part(settings, "interactivity").get("is_enabled", False)),
    )


def _part(document: Json, key: str) -> dict[str, Any]:
    value = document.get(key)
    return value if isinstance(value, dict) else {}
