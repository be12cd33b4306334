"""The conversation about the policies: look at the rules, change one, publish it, go back, and agree with somebody else's change."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from blocks import ids, notice, policy, proposal
from blocks.kit import Json
from blocks.policy import PolicyRef
from handlers import payload
from handlers.access import editor
from handlers.answers import open_window, post, push_window, redraw, tell
from handlers.desk import Desk
from handlers.payload import Body
from pipeline.errors import Misconfigured, Permanent, Temporary
from pipeline.people import Person
from pipeline.policy.edit import TEMPLATE, Edit
from pipeline.policy.versions import Author, Stale, Version, VersionId
from pipeline.review import Refused

CHECK_SECONDS = 1.2
"""With who somebody is, it must fit into the 3 s that Slack waits."""
UNSOUND = (Misconfigured, Permanent, Temporary)
GONE = "This window is of an older program. Close it and call /triage policy again."


def register(app: AsyncApp, desk: Desk) -> None:
    editing = Editing(desk)
    deciding = Deciding(desk)
    app.action(re.compile(rf"{re.escape(ids.POLICY_RULE)}\..+"))(editing.edit)
    app.action(ids.POLICY_NEW)(editing.edit)
    app.action(ids.POLICY_HISTORY)(editing.history)
    app.action(re.compile(rf"{re.escape(ids.POLICY_LOOK)}\.\d+"))(editing.look)
    app.action(re.compile(rf"{re.escape(ids.POLICY_PAGE)}\.\d+"))(editing.turn)
    app.view(ids.POLICY_FORM)(editing.submit)
    app.action(re.compile(rf"{re.escape(ids.POLICY_ROLLBACK)}\.\d+"))(deciding.roll_back)
    app.action(re.compile(rf"{re.escape(ids.POLICY_APPROVE)}\.\d+"))(deciding.approve)
    app.action(re.compile(rf"{re.escape(ids.POLICY_REFUSE)}\.\d+"))(deciding.refuse)


@dataclass(frozen=True, slots=True)
class Editing:
    """Whoever is shown anything here may change the policies; that is asked again at every step."""

    desk: Desk

    async def open(self, command: Json, client: AsyncWebClient, respond: AsyncRespond) -> None:
        """/triage policy."""
        click = payload.asked(command)
        person = await editor(self.desk, click.user, click.channel)
        if isinstance(person, Refused):
            sentence = person.sentence
        else:
            sentence = await open_window(client, click, policy.view(await self.desk.policies.shelf(), click.channel))
        if sentence:
            await respond(text=sentence, response_type="ephemeral")

    async def turn(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        await ack()
        await redraw(client, body["view"], await self._drawn(body, int(payload.action(body)["value"])))

    async def history(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        await ack()
        ref, person = await _asked(self.desk, body)
        shown = notice.view("Policies", person.sentence) if isinstance(person, Refused) else None
        await push_window(client, body, shown or policy.history(await self.desk.policies.shelf(), ref.channel))

    async def look(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """A proposed version, with what it would change, and the buttons that decide."""
        await ack()
        ref, person = await _asked(self.desk, body)
        shelf, number = await self.desk.policies.shelf(), int(payload.action(body)["value"])
        found = next((version for version in shelf.versions if version.id == number), None)
        if isinstance(person, Refused) or found is None:
            shown = notice.view("Policies", person.sentence if isinstance(person, Refused) else GONE)
        else:
            shown = proposal.view(found, await self.desk.policies.links(found), ref)
        await push_window(client, body, shown)

    async def edit(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        await ack()
        ref, person = await _asked(self.desk, body)
        if isinstance(person, Refused):
            await push_window(client, body, notice.view("Policies", person.sentence))
            return
        name = "" if payload.action(body)["action_id"] == ids.POLICY_NEW else str(payload.action(body)["value"])
        text = await self.desk.policies.rule(name) if name else TEMPLATE
        ref = replace(ref, rule=name)
        await push_window(client, body, policy.form(Edit(name, text), "", ref) if text else notice.view("Policies", GONE))

    async def submit(self, ack: AsyncAck, body: Body, view: Json, client: AsyncWebClient) -> None:
        """Check, then try, then publish: the same form comes back until what it holds was tried."""
        ref, person = await _asked(self.desk, body)
        edit, why, field = policy.read(view["state"]["values"], ref)
        wrong = person.sentence if isinstance(person, Refused) else await self._wrong(edit, ref)
        if wrong or isinstance(person, Refused):
            await ack(response_action="errors", errors={field: wrong})
        elif edit.digest == ref.tried:
            await ack(response_action="update", view=policy.waiting_view("Publishing", "Publishing the change…"))
            await self._publish(client, view, edit, person, why, ref)
        else:
            await ack(response_action="update", view=policy.waiting_view("Simulating", "Trying the change on the cases of 30 days…"))
            await redraw(client, {"id": view["id"]}, await self._tried(edit, person, why, ref))

    async def _wrong(self, edit: Edit, ref: PolicyRef) -> str:
        """What is wrong with it, with its place; "" where nothing is."""
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                stale = await self.desk.policies.check(edit, ref.version)
        except TimeoutError:
            return "Checking took too long. Press the button again."
        except UNSOUND as mistake:
            return str(mistake)[:1000]
        return stale.sentence if stale else ""

    async def _tried(self, edit: Edit, person: Person, why: str, ref: PolicyRef) -> Json:
        try:
            tried = await self.desk.policies.preview(edit, _author(person), ref.version)
        except UNSOUND as mistake:
            return policy.kept(str(mistake), edit)
        if isinstance(tried, Stale):
            return policy.kept(tried.sentence, edit)
        submit = "Propose" if tried.needs_approval else "Publish"
        return policy.form(edit, why, replace(ref, tried=edit.digest), proposal.preview(tried), submit)

    async def _publish(self, client: AsyncWebClient, view: Json, edit: Edit, person: Person, why: str, ref: PolicyRef) -> None:
        try:
            done = await self.desk.policies.publish(edit, _author(person), why, ref.version)
        except UNSOUND as mistake:
            done = Stale(str(mistake))
        if isinstance(done, Stale):
            await redraw(client, {"id": view["id"]}, policy.kept(done.sentence, edit))
            return
        said = await self._announced(client, done) if done.state == "proposed" else f"Version {done.id} is in force."
        await redraw(client, {"id": view["id"]}, notice.view("Policies", said))
        await redraw(client, {"id": view["root_view_id"]}, policy.view(await self.desk.policies.shelf(), ref.channel, ref.page))

    async def _announced(self, client: AsyncWebClient, version: Version) -> str:
        """Ask in the channel for a second person; the proposal stands in the list in any case."""
        told = f"Version {version.id} waits for another person, here under /triage policy"
        try:
            room = await self.desk.policies.room()
        except UNSOUND as away:
            return f"{told}. The channel could not be told: {away}"
        posted = await post(client, room, proposal.message(version, await self.desk.policies.links(version)))
        return f"{told}{' and in the channel' if posted else '. The channel could not be told'}."

    async def _drawn(self, body: Body, page: int) -> Json:
        ref, person = await _asked(self.desk, body)
        if isinstance(person, Refused):
            return notice.view("Policies", person.sentence)
        return policy.view(await self.desk.policies.shelf(), ref.channel, page)


@dataclass(frozen=True, slots=True)
class Deciding:
    """Buttons that act at once, in a window or under a proposal's message."""

    desk: Desk

    async def roll_back(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        await ack()
        ref, person = await _asked(self.desk, body)
        await self._act(body, client, person, lambda number, by: self.desk.policies.roll_back(number, by, ref.version))

    async def approve(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        await self._decide(ack, body, client, approved=True)

    async def refuse(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        await self._decide(ack, body, client, approved=False)

    async def _decide(self, ack: AsyncAck, body: Body, client: AsyncWebClient, *, approved: bool) -> None:
        await ack()
        _, person = await _asked(self.desk, body)
        await self._act(body, client, person, lambda number, by: self.desk.policies.decide(number, by, approved=approved))

    async def _act(
        self,
        body: Body,
        client: AsyncWebClient,
        person: Person | Refused,
        act: Callable[[VersionId, Author], Awaitable[Version | Stale]],
    ) -> None:
        number = VersionId(int(payload.action(body)["value"]))
        try:
            done = Stale(person.sentence) if isinstance(person, Refused) else await act(number, _author(person))
        except UNSOUND as mistake:
            done = Stale(str(mistake))
        if "view" in body:
            await redraw(client, body["view"], await self._after(body, done))
        else:
            await self._in_channel(body, client, done)

    async def _after(self, body: Body, done: Version | Stale) -> Json:
        if isinstance(done, Stale):
            return notice.view("Not done", done.sentence)
        ref = policy.read_ref(body["view"]["private_metadata"])
        return policy.history(await self.desk.policies.shelf(), ref.channel if ref else "")

    async def _in_channel(self, body: Body, client: AsyncWebClient, done: Version | Stale) -> None:
        click = payload.click(body)
        if isinstance(done, Stale):
            await tell(client, click, done.sentence)
            return
        drawn = proposal.message(done, await self.desk.policies.links(done))
        await post(client, click.channel, drawn, instead_of=str(body["message"]["ts"]))


async def _asked(desk: Desk, body: Body) -> tuple[PolicyRef, Person | Refused]:
    """What the window was drawn from, and who acts in it; a message's channel stands for a window's."""
    view = body.get("view")
    ref = policy.read_ref(view["private_metadata"]) if view else PolicyRef(VersionId(0), payload.click(body).channel)
    if ref is None:
        return PolicyRef(VersionId(0), ""), Refused(GONE)
    return ref, await editor(desk, payload.user(body), ref.channel)


def _author(person: Person) -> Author:
    return Author(person.id, person.name)
