"""The Junk folder of an Outlook mailbox: its mails arrive too, marked as what the provider holds them to be."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.mailbox.graph.errors import NotThere
from bot.mailbox.graph.inbox import FOR_A_REPLY, Inbox
from bot.mailbox.shelf import in_junk
from pipeline.ports import Arrival


@dataclass(slots=True)
class Junk:
    """Reads Junk Email. What a person has moved out of it meanwhile is told by the folder where it now lies."""

    folder: Inbox
    _id: str = ""

    async def arrivals(self, most: int) -> Sequence[Arrival]:
        """New mails in Junk, with our mark as their first header; the same ones again until they are taken."""
        found = await self.folder.arrivals(most)
        return [replace(mail, raw=in_junk(mail.raw)) for mail in found if await self._lies_here(mail)]

    async def taken(self, source: str) -> None:
        await self.folder.taken(source)

    async def _lies_here(self, mail: Arrival) -> bool:
        graph = self.folder.graph
        try:
            found = (
                await graph.call(
                    "reading a mail", "GET", graph.message(mail.source), query={"$select": "parentFolderId"}, leave=FOR_A_REPLY
                )
            ).json()
            here = found.get("parentFolderId") == await self._junk()
        except NotThere:
            here = False
        if not here:
            await self.folder.taken(mail.source)
        return here

    async def _junk(self) -> str:
        if not self._id:
            graph = self.folder.graph
            url = f"{graph.user}/mailFolders/{self.folder.folder}"
            self._id = str((await graph.call("looking for Junk Email", "GET", url, query={"$select": "id"})).json()["id"])
        return self._id
