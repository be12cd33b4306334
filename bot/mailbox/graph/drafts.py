"""Drafts: stored from our own bytes, checked, sent by id, and looked for after any doubt."""

import base64
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default

from bot.mailbox.graph.client import Graph, Json
from bot.mailbox.graph.errors import NotThere
from pipeline.errors import Permanent
from pipeline.ports import Whereabouts

SEND_ID = "String {00020386-0000-0000-C000-000000000046} Name X-Triage-Send-Id"
"""How Exchange names a header of its own invention among a message's properties (PS_INTERNET_HEADERS)."""
RECIPIENTS = (("toRecipients", "to"), ("ccRecipients", "cc"), ("bccRecipients", "bcc"))


@dataclass(slots=True)
class Drafts:
    """Design C for Graph: a draft with an immutable id, which its copy in Sent Items keeps."""

    graph: Graph
    _folder: str = ""

    async def create(self, mail: bytes, send_id: str) -> str:
        """createReply with our MIME, or a plain draft where the original is not found or createReply changes what we say.

        What an earlier try left behind is removed first. Raises Permanent where neither draft says what our bytes say.
        """
        for left in await self._matching("drafts", _by_header(send_id)):
            await self._discard(str(left["id"]))
        original = await self._original(mail)
        places = [f"{self.graph.message(original)}/createReply"] if original else []
        for url in (*places, f"{self.graph.user}/messages"):
            made = (await self.graph.call("writing a draft", "POST", url, mime=base64.b64encode(mail))).json()
            if says(made, mail):
                return str(made["id"])
            await self._discard(str(made.get("id", "")))
        raise Permanent(f"The mailbox {self.graph.settings.address} changed the reply's sender, recipients or subject while storing it.")

    async def send(self, id: str) -> None:
        """Send exactly this draft. Raises Permanent where it is no draft in Drafts any more."""
        if await self._state(id) != "draft":
            raise Permanent(f"The draft is not in the Drafts folder of {self.graph.settings.address} any more.")
        await self.graph.call("sending a reply", "POST", f"{self.graph.message(id)}/send")

    async def find(self, id: str, send_id: str) -> Whereabouts:
        """By its id; where that leads nowhere, by our header and by our Message-ID among what was sent."""
        state = await self._state(id)
        if state is not None:
            return state
        domain = self.graph.settings.address.rpartition("@")[2]
        for expression in (_by_header(send_id), _by_message_id(f"<{send_id}@{domain}>")):
            if await self._matching("sentitems", expression):
                return "sent"
        return "gone"

    async def _state(self, id: str) -> Whereabouts | None:
        """None: there is no message of this id, or its copy in Sent Items is not there yet."""
        query = {"$select": "isDraft,parentFolderId"}
        try:
            found = (await self.graph.call("looking for a draft", "GET", self.graph.message(id), query=query)).json()
        except NotThere:
            return None
        if found.get("isDraft") is not True:
            return "sent"
        return "draft" if found.get("parentFolderId") == await self._drafts() else "gone"

    async def _drafts(self) -> str:
        if not self._folder:
            url, query = f"{self.graph.user}/mailFolders/drafts", {"$select": "id"}
            self._folder = str((await self.graph.call("looking for Drafts", "GET", url, query=query)).json()["id"])
        return self._folder

    async def _original(self, mail: bytes) -> str:
        """The id of the mail that ours answers, "" where it is not found."""
        answered = str(_parsed(mail)["in-reply-to"] or "").strip()
        found = await self._matching("inbox", _by_message_id(answered)) if answered else []
        return str(found[0]["id"]) if len(found) == 1 else ""

    async def _matching(self, folder: str, expression: str) -> list[Json]:
        url, query = f"{self.graph.user}/mailFolders/{folder}/messages", {"$filter": expression, "$select": "id", "$top": "5"}
        found: list[Json] = (await self.graph.call("searching", "GET", url, query=query)).json().get("value", [])
        return found

    async def _discard(self, id: str) -> None:
        try:
            await self.graph.call("removing a draft", "DELETE", self.graph.message(id))
        except NotThere:
            return


def says(made: Json, mail: bytes) -> bool:
    """Whether a stored draft has the sender, the recipients and the subject of our bytes, and nobody besides."""
    ours = _parsed(mail)
    people = all(_stored(made.get(theirs)) == _meant(ours, header) for theirs, header in RECIPIENTS)
    sender = made.get("from") is None or _stored([made["from"]]) == _meant(ours, "from")
    subject = str(made.get("subject", "")).split() == str(ours["subject"] or "").split()
    return made.get("isDraft") is True and people and sender and subject


def _parsed(mail: bytes) -> EmailMessage:
    return BytesParser(policy=default).parsebytes(mail, headersonly=True)


def _stored(people: object) -> list[str]:
    listed = people if isinstance(people, list) else []
    return sorted(str(one.get("emailAddress", {}).get("address", "")).lower() for one in listed)


def _meant(mail: EmailMessage, header: str) -> list[str]:
    found = mail[header]
    return sorted(one.addr_spec.lower() for one in found.addresses) if found is not None else []


def _by_message_id(id: str) -> str:
    return f"internetMessageId eq '{_quoted(id)}'"


def _by_header(send_id: str) -> str:
    return f"singleValueExtendedProperties/Any(ep: ep/id eq '{SEND_ID}' and ep/value eq '{_quoted(send_id)}')"


def _quoted(text: str) -> str:
    return text.replace("'", "''")
