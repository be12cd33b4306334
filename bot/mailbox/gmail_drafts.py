"""Drafts in Gmail: made once, sent by their id, looked for by our own header."""

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser
from typing import Any

from bot.mailbox.gmail_calls import GmailCalls, Json
from bot.mailbox.gmail_errors import Missing, translated
from pipeline.errors import Permanent
from pipeline.ports import Whereabouts

SEND_ID = "X-Triage-Send-Id"
_SEARCHABLE = re.compile(r"[\w.+=$/@-]{3,250}", re.ASCII)


@dataclass(frozen=True, slots=True)
class GmailDrafts:
    """A draft's id is Gmail's and its thread's, with a slash between: after the send only the thread is left."""

    calls: GmailCalls

    async def create(self, mail: bytes, send_id: str) -> str:
        """Make the draft, in the thread that it answers where that is known; or give the one that an earlier call made, if it is found."""
        head = BytesHeaderParser().parsebytes(mail)
        if known := await self._made(head, send_id):
            return known
        raw = base64.urlsafe_b64encode(mail).decode()
        thread = await self._thread_of(head)
        try:
            made = await self._create(raw, thread)
        except Missing:
            if not thread:
                raise
            made = await self._create(raw, "")
        with translated(self.calls.address):
            return f"{made['id']}/{made['message']['threadId']}"

    async def send(self, draft_id: str) -> None:
        try:
            sent = await self.calls.call("drafts.send", body={"id": draft_id.partition("/")[0]})
        except Missing as gone:
            raise Permanent(f"The draft is not in the drafts of {self.calls.address} any more.") from gone
        with translated(self.calls.address):
            _ = sent["id"]

    async def find(self, draft_id: str, send_id: str) -> Whereabouts:
        id, _, thread = draft_id.partition("/")
        try:
            draft = await self.calls.call("drafts.get", id=id, format="minimal")
        except Missing:
            sent = await self._sent_in(thread, send_id) or await self._sent_by_search(send_id)
            return "sent" if sent else "gone"
        with translated(self.calls.address):
            return "sent" if "SENT" in draft["message"].get("labelIds", ()) else "draft"

    async def _create(self, raw: str, thread: str) -> Json:
        message = {"raw": raw, "threadId": thread} if thread else {"raw": raw}
        return await self.calls.call("drafts.create", body={"message": message})

    async def _made(self, head: "Message[str, str]", send_id: str) -> str | None:
        """A draft that an earlier call made and whose answer was lost."""
        for draft in await self._search("drafts", _id(head["Message-ID"])):
            try:
                found = await self.calls.call("drafts.get", id=str(draft["id"]), format="metadata")
            except Missing:
                continue
            with translated(self.calls.address):
                if _bears(found["message"], send_id):
                    return f"{found['id']}/{found['message']['threadId']}"
        return None

    async def _thread_of(self, head: "Message[str, str]") -> str:
        found = await self._search("messages", _id(head["In-Reply-To"]))
        return str(found[0].get("threadId", "")) if found else ""

    async def _sent_in(self, thread: str, send_id: str) -> bool:
        if not thread:
            return False
        try:
            found = await self.calls.call("threads.get", id=thread, format="metadata", metadataHeaders=[SEND_ID])
        except Missing:
            return False
        with translated(self.calls.address):
            return any(_is_sent(message, send_id) for message in found["messages"])

    async def _sent_by_search(self, send_id: str) -> bool:
        """Evidence only: what search does not find may have been sent all the same."""
        domain = self.calls.address.rpartition("@")[2]
        for hit in await self._search("messages", f"{send_id}@{domain}"):
            try:
                found = await self.calls.call("messages.get", id=str(hit["id"]), format="metadata", metadataHeaders=[SEND_ID])
            except Missing:
                continue
            with translated(self.calls.address):
                if _is_sent(found, send_id):
                    return True
        return False

    async def _search(self, what: str, id: str) -> Sequence[Mapping[str, Any]]:
        """At most five drafts or messages with this Message-ID; none where it could be read as anything else than an id."""
        if not _SEARCHABLE.fullmatch(id):
            return ()
        found = await self.calls.call(f"{what}.list", q=f"rfc822msgid:{id}", maxResults=5)
        with translated(self.calls.address):
            _ = found["resultSizeEstimate"]
            return [dict(one) for one in found.get(what, ())]


def _id(header: object) -> str:
    return str(header or "").strip().strip("<>")


def _bears(message: Mapping[str, Any], send_id: str) -> bool:
    headers = message.get("payload", {}).get("headers", ())
    return any(header["name"].lower() == SEND_ID.lower() and header["value"].strip() == send_id for header in headers)


def _is_sent(message: Mapping[str, Any], send_id: str) -> bool:
    return "SENT" in message.get("labelIds", ()) and _bears(message, send_id)
