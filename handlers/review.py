"""The conversation about a draft: approve, edit, reject, take over, read the whole mail."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from blocks import edit, ids, mail, notice, reject, sources
from blocks.kit import Json
from handlers import payload
from handlers.access import Admitted, admit
from handlers.answers import open_window, redraw, tell
from handlers.decide import Make, Overtaken, decide, stale
from handlers.desk import Desk
from handlers.payload import Body, Click
from pipeline import review
from pipeline.case import Case, Rejection, Status
from pipeline.gate.seeds import caught
from pipeline.recipients import addressed, ticked
from pipeline.review import Move, Refused, Whom, standing

DRAFTED = frozenset({Status.REVIEW, Status.SCHEDULED})


def register(app: AsyncApp, desk: Desk) -> None:
    reviewing = Reviewing(desk)
    app.action(ids.APPROVE)(reviewing.approve)
    app.action(ids.TAKE_OVER)(reviewing.take_over)
    app.action(ids.HOLD)(reviewing.hold)
    app.action(ids.EDIT)(reviewing.open_edit)
    app.view(ids.EDIT_FORM)(reviewing.save)
    app.action(ids.REJECT)(reviewing.open_reject)
    app.view(ids.REJECT_FORM)(reviewing.rejected)
    app.action(ids.SHOW_MAIL)(reviewing.show_mail)
    app.action(ids.SOURCES)(reviewing.show_sources)
    app.action(re.compile(rf"{re.escape(ids.MAIL_PAGE)}\.\d+"))(reviewing.turn_page)


@dataclass(frozen=True, slots=True)
class Reviewing:
    desk: Desk

    async def approve(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        await self._settle(ack, client, payload.click(body), self._approved)

    async def take_over(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        await self._settle(ack, client, payload.click(body), self._taken)

    async def hold(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        await self._settle(ack, client, payload.click(body), self._held)

    async def open_edit(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """What would go out by itself is held first: nobody edits against the clock."""
        click = payload.click(body)
        admitted = await admit(self.desk, click.user, click.channel, click.ref)
        if isinstance(admitted, Admitted) and admitted.case.status is Status.SCHEDULED:
            sentence = await self._hold_and_edit(client, click)
        else:
            sentence = await self._shown(client, click, admitted, partial(self._form, click))
        await ack()
        if sentence:
            await tell(client, click, sentence)

    async def open_reject(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        click = payload.click(body)
        sentence = await self._open(client, click, lambda case: reject.view(case, click.channel, click.thread))
        await ack()
        if sentence:
            await tell(client, click, sentence)

    async def save(self, ack: AsyncAck, body: Body, view: Json) -> None:
        ref, form = ids.read_form(view["private_metadata"]), edit.read(view["state"]["values"])
        done = await decide(self.desk, payload.user(body), ref.channel if ref else "", ref, lambda admitted: self._edited(admitted, form))
        match done:
            case Case():
                await ack()
            case Refused(sentence):
                await ack(response_action="errors", errors={form.field: sentence})
            case Overtaken(_, sentence) if ref is not None and ref.test:
                await ack(response_action="update", view=edit.was_test(sentence, form))
            case Overtaken(case, sentence):
                await ack(
                    response_action="update",
                    view=edit.conflict(case, ref.channel if ref else "", ref.thread if ref else "", self._own(), form, sentence),
                )

    async def rejected(self, ack: AsyncAck, body: Body, view: Json) -> None:
        ref, (why, remark) = ids.read_form(view["private_metadata"]), reject.read(view["state"]["values"])
        if why is None:
            await ack(response_action="errors", errors={reject.WHY: "Choose a reason."})
            return
        done = await decide(
            self.desk, payload.user(body), ref.channel if ref else "", ref, lambda admitted: self._dropped(admitted, why, remark)
        )
        match done:
            case Case():
                await ack()
            case Refused(sentence) | Overtaken(_, sentence):
                await ack(response_action="update", view=notice.view("Not rejected", sentence))

    async def show_mail(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        click = payload.click(body)
        admitted = await admit(self.desk, click.user, click.channel, click.ref)
        if isinstance(admitted, Refused):
            sentence = admitted.sentence
        else:
            sentence = await open_window(client, click, mail.view(admitted.case, 0, click.channel, click.thread))
        await ack()
        if sentence:
            await tell(client, click, sentence)

    async def show_sources(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        click = payload.click(body)
        sentence = await self._open(client, click, sources.view)
        await ack()
        if sentence:
            await tell(client, click, sentence)

    async def turn_page(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        click, form = payload.click(body), ids.read_form(body["view"]["private_metadata"])
        admitted = await admit(self.desk, click.user, form.channel if form else "", form)
        await ack()
        if isinstance(admitted, Refused) or form is None:
            shown = notice.view("Full mail", admitted.sentence if isinstance(admitted, Refused) else "")
        else:
            shown = mail.view(admitted.case, click.ref.page if click.ref else 0, form.channel, form.thread)
        await redraw(client, body["view"], shown)

    async def _settle(self, ack: AsyncAck, client: AsyncWebClient, click: Click, make: Make) -> None:
        done = await decide(self.desk, click.user, click.channel, click.ref, make)
        await ack()
        if isinstance(done, Refused | Overtaken):
            await tell(client, click, done.sentence)

    async def _open(self, client: AsyncWebClient, click: Click, draw: Callable[[Case], Json]) -> str:
        """Open a form on the draft; "" or the sentence that says why it was not."""
        return await self._shown(client, click, await admit(self.desk, click.user, click.channel, click.ref), draw)

    async def _shown(self, client: AsyncWebClient, click: Click, admitted: Admitted | Refused, draw: Callable[[Case], Json]) -> str:
        if isinstance(admitted, Refused):
            return admitted.sentence
        case = admitted.case
        if click.ref is None or stale(case, click.ref) or case.status not in DRAFTED or case.draft is None:
            return standing(case)
        return await open_window(client, click, draw(case))

    async def _hold_and_edit(self, client: AsyncWebClient, click: Click) -> str:
        held = await decide(self.desk, click.user, click.channel, click.ref, self._held)
        return await open_window(client, click, self._form(click, held)) if isinstance(held, Case) else held.sentence

    def _form(self, click: Click, case: Case) -> Json:
        return edit.view(case, click.channel, click.thread, self._own())

    def _own(self) -> frozenset[str]:
        return self.desk.people().own_addresses()

    async def _approved(self, admitted: Admitted) -> Move | Refused:
        case, draft = admitted.case, admitted.case.draft
        if case.seeded is not None:
            return self._unmasked(admitted, missed=True)
        edited = draft is not None and draft.version > 1
        first = await self.desk.cases.first_text(case.id) if edited or draft is None else draft.text
        return review.approve(case, case.revision, admitted.person, self.desk.clock(), first)

    async def _held(self, admitted: Admitted) -> Move | Refused:
        return review.hold(admitted.case, admitted.case.revision, admitted.person, self.desk.clock())

    async def _taken(self, admitted: Admitted) -> Move | Refused:
        return review.take_over(admitted.case, admitted.case.revision, admitted.person, self.desk.clock())

    async def _edited(self, admitted: Admitted, form: edit.Form) -> Move | Refused:
        case = admitted.case
        if case.seeded is not None:
            return self._unmasked(admitted, missed=not caught(case.seeded, form.text))
        theirs = replace(case.draft, subject=form.subject, text=form.text, author=admitted.person.id) if case.draft else None
        found = self.desk.lint(theirs, case.email) if theirs else ()
        whom = _whom(case, form, self._own() | {case.mailbox})
        return review.edit(case, case.revision, admitted.person, self.desk.clock(), form.subject, form.text, found, whom)

    def _unmasked(self, admitted: Admitted, *, missed: bool) -> Move | Refused:
        return review.unmask(admitted.case, admitted.case.revision, admitted.person, self.desk.clock(), missed=missed)

    async def _dropped(self, admitted: Admitted, why: Rejection, remark: str) -> Move | Refused:
        if admitted.case.seeded is not None:
            return self._unmasked(admitted, missed=False)
        return review.reject(admitted.case, admitted.case.revision, admitted.person, self.desk.clock(), why, remark)


def _whom(case: Case, form: edit.Form, own: frozenset[str]) -> Whom | None:
    """The ticked recipients, each looked up in the mail itself; None where the form offered no choice."""
    if case.draft is None or (form.ticked is None and form.forward is None):
        return None
    to, cc = addressed(case.email, case.draft) if form.ticked is None else ticked(case.email, own, form.ticked)
    return Whom(to, cc, "" if form.forward is False else case.draft.forward_to)
