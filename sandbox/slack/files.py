"""Files: a place to upload to, what has been uploaded, and where it was shared."""

import mimetypes
import secrets
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from sandbox.slack import events, ids, messages
from sandbox.slack.errors import Json, SlackError
from sandbox.slack.kit.validate import refusal
from sandbox.slack.messages import Draft
from sandbox.slack.shapes import channel_kind
from sandbox.slack.world import World

LARGEST = 20 * 1024 * 1024
"""Bytes of one file here; a real workspace takes a gigabyte."""
PICTURES = ("image/png", "image/jpeg", "image/gif")
PLURAL = {"channel": "channels", "group": "groups", "im": "ims"}


def reserve(world: World, user_id: str, name: str, length: int, alt_text: str = "") -> Json:
    """A file to be: its `ticket` is the secret part of the address that takes its bytes."""
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    document = {
        "id": ids.fresh("F"), "name": name, "title": name, "length": length, "size": 0, "mimetype": kind, "user": user_id,
        "filetype": PurePath(name).suffix.lstrip(".").lower() or "binary", "created": int(world.clock.now()), "alt_txt": alt_text,
        "ticket": secrets.token_urlsafe(24), "stage": "reserved", "shared": [],
    }  # fmt: skip
    return world.workspace.keep("file", document)


def upload_url(world: World, document: Json) -> str:
    return f"{world.origin}/upload/v1/{document['ticket']}"


def receive(world: World, ticket: str, body: bytes) -> Json:
    """Takes the bytes of a reserved file; raises file_not_found where the address was never issued or has done its work."""
    found = (file for file in world.workspace.shelf("file").values() if file["ticket"] == ticket and file["stage"] == "reserved")
    document = next(found, None)
    if document is None:
        raise SlackError("file_not_found", status=404)
    world.workspace.storage.put_bytes(document["id"], body)
    return world.workspace.keep("file", document | {"stage": "uploaded", "size": len(body)})


def complete(world: World, titles: dict[str, str]) -> list[Json]:
    """Ends the uploads of these files, by id; raises file_not_found, and ends none, where one is not there or has no bytes yet."""
    known = world.workspace.shelf("file")
    if any(known.get(file_id, {}).get("stage") != "uploaded" for file_id in titles):
        raise SlackError("file_not_found")
    return [
        world.workspace.keep("file", known[file_id] | {"stage": "complete", "title": title or known[file_id]["name"]})
        for file_id, title in titles.items()
    ]


def share(world: World, channel: Json, documents: list[Json], draft: Draft) -> None:
    """Posts the files into a channel as one message."""
    shapes = [shape(world, document) for document in documents]
    with_files = Draft(draft.user_id, draft.text, draft.blocks, thread_ts=draft.thread_ts, extra={"files": shapes, "upload": True})
    message = messages.post(world, channel, with_files)
    for document in documents:
        place = {"channel": channel["id"], "ts": message["ts"]}
        document["shared"].append(place)
        world.workspace.keep("file", document)
        events.file_shared(world, channel, document)


def find(world: World, file_id: str) -> Json:
    """A file whose upload is complete; raises file_not_found."""
    document = world.workspace.shelf("file").get(file_id)
    if document is None or document["stage"] != "complete":
        raise SlackError("file_not_found")
    return document


def delete(world: World, document: Json) -> None:
    """Removes a file, and its mention in messages."""
    world.workspace.drop("file", document["id"])
    world.workspace.storage.delete_bytes(document["id"])
    for place in document["shared"]:
        message = world.workspace.messages.get(place["channel"], {}).get(place["ts"])
        if message:
            left = [file for file in message.get("files", ()) if file["id"] != document["id"]]
            messages.change(world, world.workspace.channel(place["channel"]), message, {"files": left or None}, edited=False)


def shape(world: World, document: Json) -> Json:
    """Slack's file object."""
    address = f"{world.origin}/files-pri/{document['id']}/{document['name']}"
    places: Json = {"channels": [], "groups": [], "ims": []}
    for place in document["shared"]:
        places[PLURAL[channel_kind(world.workspace.channel(place["channel"]))]].append(place["channel"])
    return {
        **{key: document[key] for key in ("id", "created", "name", "title", "mimetype", "filetype", "user", "size")},
        "timestamp": document["created"], "pretty_type": document["filetype"].upper(), "mode": "hosted", "is_external": False,
        "is_public": bool(places["channels"]), "editable": False, "external_type": "", "alt_txt": document["alt_txt"],
        "url_private": address, "url_private_download": f"{address}?download=1", "permalink": address, **places,
    }  # fmt: skip


def resolved(world: World, blocks: list[Json]) -> list[Json]:
    """The blocks with the address of each `slack_file`; raises invalid_blocks where one is no uploaded picture."""
    wrong = []
    for pointer, holder in _pictures(blocks, "/blocks"):
        named = holder["slack_file"]
        document = next((file for file in world.workspace.shelf("file").values() if _is(world, file, named)), None)
        if document is None:
            wrong.append(f"invalid slack file [json-pointer:{pointer}/slack_file]")
        else:
            holder["slack_file"] = {"id": document["id"], "url": shape(world, document)["url_private"]}
    if wrong:
        raise refusal("invalid_blocks", wrong)
    return blocks


def _is(world: World, document: Json, named: Json) -> bool:
    usable = document["stage"] == "complete" and document["mimetype"] in PICTURES
    return usable and (named.get("id") == document["id"] or named.get("url") == shape(world, document)["url_private"])


def _pictures(value: Any, pointer: str) -> Iterator[tuple[str, Json]]:
    """Everything that shows a picture of Slack's, with its JSON pointer."""
    if isinstance(value, dict):
        if value.get("type") == "image" and value.get("slack_file"):
            yield pointer, value
        for key, item in value.items():
            yield from _pictures(item, f"{pointer}/{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _pictures(item, f"{pointer}/{index}")
