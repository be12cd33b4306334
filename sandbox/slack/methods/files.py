"""files.*: uploading in three steps, reading, listing and deleting."""

from typing import Any

from sandbox.slack import files
from sandbox.slack.errors import Json, SlackError, invalid_arguments
from sandbox.slack.kit import validate
from sandbox.slack.messages import Draft
from sandbox.slack.methods.call import Call, Method


def get_upload_url(call: Call) -> Json:
    length = call.args.moment("length")
    if not length:
        raise invalid_arguments("must be a positive whole number [json-pointer:/length]")
    document = files.reserve(call.world, call.bot, call.args.text("filename"), length, call.args.text("alt_txt"))
    return {"upload_url": files.upload_url(call.world, document), "file_id": document["id"]}


def complete_upload(call: Call) -> Json:
    """Ends the uploads, and shares them where the call names a channel or several."""
    entries: Any = call.args.data("files")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) and entry.get("id") for entry in entries):
        raise invalid_arguments("must provide an array of objects with an id [json-pointer:/files]")
    channels = [_place(call, name) for name in call.args.words("channels") or call.args.words("channel_id")]
    blocks = call.args.data("blocks", "invalid_blocks_format")
    checked = validate.message_blocks(blocks) if blocks else None
    done = files.complete(call.world, {str(entry["id"]): str(entry.get("title") or "") for entry in entries})
    for channel in channels:
        draft = Draft(call.bot, call.args.text("initial_comment"), checked, thread_ts=call.args.text("thread_ts") or None)
        files.share(call.world, channel, done, draft)
    return {"files": [files.shape(call.world, files.find(call.world, document["id"])) for document in done]}


def info(call: Call) -> Json:
    document = files.find(call.world, call.args.text("file"))
    return {"file": files.shape(call.world, document), "comments": [], "response_metadata": {"next_cursor": ""}}


def listing(call: Call) -> Json:
    """Pages by number, newest first, as this old method still does."""
    wanted = [
        files.shape(call.world, document) for document in call.world.workspace.shelf("file").values() if document["stage"] == "complete"
    ]
    channel, user = call.args.text("channel"), call.args.text("user")
    found = [one for one in wanted[::-1] if channel in ("", *one["channels"], *one["groups"], *one["ims"]) and user in ("", one["user"])]
    size, number = call.args.count("count", 100, 1000), call.args.count("page", 1, 100)
    paging = {"count": size, "total": len(found), "page": number, "pages": -(-len(found) // size)}
    return {"files": found[(number - 1) * size : number * size], "paging": paging}


def delete(call: Call) -> Json:
    document = files.find(call.world, call.args.text("file"))
    if document["user"] != call.bot:
        raise SlackError("cant_delete_file")
    files.delete(call.world, document)
    return {}


def _place(call: Call, channel_id: str) -> Json:
    channel = call.world.workspace.channel(channel_id)
    if call.bot not in channel["members"]:
        raise SlackError("channel_not_found" if channel["is_private"] else "not_in_channel")
    return channel


METHODS = (
    Method("files.getUploadURLExternal", get_upload_url, "files:write", ("filename", "length"), tier=4),
    Method("files.completeUploadExternal", complete_upload, "files:write", ("files",), tier=4),
    Method("files.info", info, "files:read", ("file",), tier=4),
    Method("files.list", listing, "files:read"),
    Method("files.delete", delete, "files:write", ("file",)),
)
