"""The cards: the Board port over Slack's Web API."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from blocks import backlog, card, digest, draft, ids, kit, mail, second
from blocks.kit import Message
from blocks.text import escape
from bot.slack.errors import GONE, code_of, translated
from bot.slack.pace import Pace
from bot.slack.rooms import Rooms
from pipeline.backlog import Pile
from pipeline.case import Case
from pipeline.digest import Digest
from pipeline.email import MailboxId
from pipeline.errors import Temporary
from pipeline.ports import CardKind, Place, Placed

Remember = Callable[[Placed], Awaitable[None]]
Json = dict[str, Any]

NEWEST = 100


@dataclass(frozen=True, slots=True)
class SlackBoard:
    """Implements pipeline.ports.Board. `client` repeats nothing by itself: a post whose answer was lost is searched for first."""

    client: AsyncWebClient
    rooms: Rooms
    pace: Pace

    async def show(self, case: Case, placed: Mapping[CardKind, Placed], *, again: bool, remember: Remember) -> None:
        """Post what is missing, update what is older than the case. Temporary or Permanent, with what was done remembered.

        The mail's own message never changes, so it is posted once and left alone.
        """
        channel = await self.rooms.room(case.mailbox)
        root = await self._place("root", card.view(case), case, channel, "", placed.get("root"), again, remember)
        held = placed if "root" in placed and placed["root"].ts == root.ts else {}
        thread: list[tuple[CardKind, Message | None]] = [
            ("mail", None if "mail" in held else mail.message(case)),
            ("draft", draft.message(case)),
        ]
        for kind, drawn in thread:
            if drawn is not None:
                await self._place(kind, drawn, case, root.channel, root.ts, held.get(kind), again, remember)

    async def say(self, case: Case, placed: Mapping[CardKind, Placed], key: str, text: str, *, again: bool, loud: bool = False) -> None:
        """Post one sentence into the case's thread (`loud`: seen in the channel too), unless an earlier try already did."""
        root = placed.get("root")
        if root is None:
            raise Temporary(f"Case {case.id} has no card yet to say something under.")
        await self._once(root.channel, root.ts, {"case": int(case.id), "key": key}, _sentence(text), again, loud=loud)

    async def ask_second(self, case: Case, drafted: str, key: str, *, again: bool) -> None:
        """Post the question as a message of its own: in the case's thread the first verdict stands above it."""
        await self._once(await self.rooms.room(case.mailbox), "", {"key": key}, second.message(case, drafted), again)

    async def announce(self, mailbox: MailboxId, key: str, text: str, *, again: bool) -> None:
        """Post one sentence into the inbox's channel, unless an earlier try already did."""
        await self._once(await self.rooms.room(mailbox), "", {"key": key}, _sentence(text), again)

    async def _once(self, channel: str, thread: str, payload: Json, drawn: Message, again: bool, *, loud: bool = False) -> None:
        marked = {"event_type": ids.NOTE_EVENT, "event_payload": payload}
        if not (again and await self._search(channel, thread, marked)):
            await self._post(channel, thread, drawn, marked, loud=loud)

    async def show_digest(
        self, listed: Digest | Pile, placed: Mapping[int, Place], *, again: bool, remember: Callable[[int, Place], Awaitable[None]]
    ) -> None:
        """Post the digest, its further pages in its thread; update what stands there already."""
        channel, thread = await self.rooms.room(listed.mailbox), ""
        for number in range(len(listed.pages)):
            drawn = backlog.message(listed, number) if isinstance(listed, Pile) else digest.message(listed, number)
            held = placed.get(number)
            marked = {"event_type": ids.DIGEST_EVENT, "event_payload": {"digest": int(listed.id), "page": number}}
            if held is None and again and (found := await self._search(channel, thread, marked)):
                held = Place(channel, found)
            if held is None or not await self._update(held, drawn):
                held = Place(channel, await self._post(channel, thread, drawn, marked))
            await remember(number, held)
            channel, thread = (held.channel, held.ts) if number == 0 else (channel, thread)

    async def _place(
        self, kind: CardKind, drawn: Message, case: Case, channel: str, thread: str, held: Placed | None, again: bool, remember: Remember
    ) -> Placed:
        """Where this part of the card stands, after it shows the case as it is."""
        if held is not None and held.revision >= case.revision:
            return held
        if held is not None and await self._update(held, drawn):
            updated = Placed(kind, held.channel, held.ts, case.revision)
            await remember(updated)
            return updated
        return await self._new(kind, drawn, case, channel, thread, again and held is None, remember)

    async def _new(self, kind: CardKind, drawn: Message, case: Case, channel: str, thread: str, again: bool, remember: Remember) -> Placed:
        marked = {"event_type": ids.CARD_EVENT, "event_payload": {"case": int(case.id), "kind": kind}}
        found = await self._search(channel, thread, marked) if again else ""
        if found and await self._update(Placed(kind, channel, found, 0), drawn):
            posted = Placed(kind, channel, found, case.revision)
        else:
            posted = Placed(kind, channel, await self._post(channel, thread, drawn, marked), case.revision)
        await remember(posted)
        return posted

    async def _post(self, channel: str, thread: str, drawn: Message, metadata: Json, *, loud: bool = False) -> str:
        await self.pace.wait(channel)
        with translated(channel):
            answer = await self.client.chat_postMessage(
                channel=channel,
                thread_ts=thread or None,
                reply_broadcast=loud or None,
                text=drawn.text,
                blocks=list(drawn.blocks),
                metadata=metadata,
                unfurl_links=False,
                unfurl_media=False,
                parse="none",
                link_names=False,
            )
        return str(answer["ts"])

    async def _update(self, held: Placed | Place, drawn: Message) -> bool:
        """False where the message cannot be changed any more."""
        with translated(held.channel):
            try:
                await self.client.chat_update(
                    channel=held.channel, ts=held.ts, text=drawn.text, blocks=list(drawn.blocks), parse="none", link_names=False
                )
            except SlackApiError as error:
                if code_of(error) in GONE:
                    return False
                raise
        return True

    async def _search(self, channel: str, thread: str, metadata: Json) -> str:
        """The ts of our newest message with this metadata, or ""."""
        with translated(channel):
            if thread:
                answer = await self.client.conversations_replies(channel=channel, ts=thread, include_all_metadata=True, limit=NEWEST)
            else:
                answer = await self.client.conversations_history(channel=channel, include_all_metadata=True, limit=NEWEST)
        found = [str(message["ts"]) for message in answer["messages"] if message.get("metadata") == metadata]
        return max(found, key=float, default="")


def _sentence(text: str) -> Message:
    return kit.message(escape(text), kit.section(kit.plain(text)))
