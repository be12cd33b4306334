"""The past of each kind of mailbox: what came before the first connect, each mail once, and none that is new."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.mailbox.graph.past import OutlookPast
from bot.mailbox.imap_past import ImapPast
from pipeline.ports import Arrival, Mailbox, Past
from tests.bot.outlook.office import office
from tests.bot.scene import mail, peek
from tests.gmail import gmail_world
from tests.mail.account import Account

DAY = timedelta(days=1)
Deliver = Callable[[str, timedelta], Awaitable[None]]


def ids(arrivals: Sequence[Arrival]) -> list[str]:
    return [peek(one.raw).message_id.partition("@")[0] for one in arrivals]


async def check(mailbox: Mailbox, past: Past, deliver: Deliver) -> None:
    """An old mail, two of the last week, the first look, a new mail: the past holds the two, `arrivals` only the new one."""
    for name, age in (("old", 9 * DAY), ("a", 3 * DAY), ("b", DAY)):
        await deliver(name, age)
    assert list(await mailbox.arrivals(10)) == []
    await deliver("new", timedelta(0))
    since = datetime.now(UTC) - 7 * DAY
    references = await past.past(since)
    found = [one.arrival for one in [await past.recall(each) for each in references] if one is not None]
    assert ids([one for one in found if one.received_at >= since]) == ["a", "b"]
    assert ids(await mailbox.arrivals(10)) == ["new"]
    again = await past.recall(references[-1])
    assert again is not None
    assert again.arrival == found[-1]


async def test_gmail(tmp_path: Path) -> None:
    async with gmail_world(tmp_path) as world:
        mailbox = world.mailbox()

        async def deliver(name: str, age: timedelta) -> None:
            world.gmail.deliver(mail(name), at=int((datetime.now(UTC) - age).timestamp() * 1000))

        await check(mailbox, mailbox, deliver)


async def test_outlook() -> None:
    async with office() as at:

        async def deliver(name: str, age: timedelta) -> None:
            at.graph.deliver(mail(name), age=age)

        await check(at.box, OutlookPast(at.box.inbox), deliver)


async def test_imap(account: Account) -> None:
    mailbox = account.connect()

    async def deliver(name: str, age: timedelta) -> None:
        account.deliver(mail(name), datetime.now(UTC) - age)

    await check(mailbox, ImapPast(mailbox.inbox), deliver)


async def test_a_folder_that_was_numbered_anew_has_no_past_any_more(account: Account) -> None:
    account.deliver(mail("a"), datetime.now(UTC) - DAY)
    mailbox = account.connect()
    await mailbox.arrivals(10)
    past = ImapPast(mailbox.inbox)
    (reference,) = await past.past(datetime.now(UTC) - 7 * DAY)
    account.recreate(account.settings.inbox)
    account.deliver(mail("other"), datetime.now(UTC) - DAY)
    assert await past.recall(reference) is None
