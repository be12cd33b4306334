"""Being notified never ends in silence: it is renewed daily, and an outage is told long before the end."""

import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.renewal import Held, look
from bot.scheduler import LOOK_EVERY
from pipeline.errors import Temporary
from tests.gmail import INBOX, World, gmail_world, mail

START = datetime(2026, 11, 1, tzinfo=UTC)
TOPIC = "projects/project/topics/gmail"


@dataclass
class Provider:
    """A subscription for seven days, except while its provider is away."""

    now: datetime = START
    away: tuple[datetime, datetime] = (START, START)
    promised: list[Held] = field(default_factory=list)
    mailbox: str = INBOX

    async def held(self) -> Held | None:
        return self.promised[-1] if self.promised else None

    async def renew(self) -> None:
        if self.away[0] <= self.now < self.away[1]:
            raise Temporary("Gmail did not answer.")
        self.promised.append(Held(self.now, self.now + timedelta(days=7)))


async def _thirty_days(provider: Provider, caplog: pytest.LogCaptureFixture) -> list[tuple[datetime, int]]:
    """What was logged when, over thirty days of looks; being notified must never have ended before an alarm."""
    said = []
    while provider.now < START + timedelta(days=30):
        caplog.clear()
        await look(provider, provider.now)
        said += [(provider.now, record.levelno) for record in caplog.records]
        provider.now += LOOK_EVERY
    return said


async def test_it_is_renewed_daily(caplog: pytest.LogCaptureFixture) -> None:
    provider = Provider()
    assert await _thirty_days(provider, caplog) == []
    assert len(provider.promised) == 30


@pytest.mark.parametrize(("hours", "alarmed"), [(48, False), (160, True)])
async def test_an_outage_is_an_alarm_a_day_before_the_end(caplog: pytest.LogCaptureFixture, hours: int, alarmed: bool) -> None:
    began = START + timedelta(days=10, minutes=1)
    provider = Provider(away=(began, began + timedelta(hours=hours)))
    said = await _thirty_days(provider, caplog)
    assert min(level for _, level in said) == logging.WARNING
    alarms = [at for at, level in said if level == logging.ERROR]
    assert bool(alarms) == alarmed
    ends = max(held.until for held in provider.promised if held.renewed < began)
    assert all(ends - timedelta(days=2) < at for at in alarms)
    assert not alarms or ends - alarms[0] > timedelta(hours=24)
    assert provider.promised[-1].until > START + timedelta(days=36)


async def test_what_never_began_is_an_alarm_at_once_and_begins_at_the_next_look(caplog: pytest.LogCaptureFixture) -> None:
    provider = Provider(away=(START, START + LOOK_EVERY))
    await look(provider, provider.now)
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert f"new mail in {INBOX} has not begun: Gmail did not answer." in caplog.text
    provider.now += LOOK_EVERY
    await look(provider, provider.now)
    assert len(provider.promised) == 1


async def test_what_its_provider_wants_renewed_is_not_put_off() -> None:
    provider = Provider(promised=[Held(START, START + timedelta(days=7), urgent=True)])
    await look(provider, START)
    await look(provider, START)
    assert len(provider.promised) == 2


async def test_while_our_memory_is_away_nothing_is_renewed_and_nobody_is_alarmed(caplog: pytest.LogCaptureFixture) -> None:
    class Forgetful(Provider):
        async def held(self) -> Held | None:
            raise Temporary("The database does not answer.")

    provider = Forgetful()
    await look(provider, START)
    assert provider.promised == []
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


async def _looked(world: World, topic: str, now: datetime) -> int:
    """How often Gmail was asked to watch, after one look of a bot that has just started."""
    mailbox = world.mailbox()
    await mailbox.arrivals(50)
    await look(mailbox.watch(topic), now)
    return world.gmail.faults.calls.count("watch")


async def test_gmail_is_asked_for_the_inbox_and_spam_for_seven_days(tmp_path: Path) -> None:
    async with gmail_world(tmp_path) as world:
        now = datetime.now(UTC)
        assert await _looked(world, TOPIC, now) == 1
        held = await world.mailbox().watch(TOPIC).held()
        assert held is not None
        assert timedelta(days=6.9) < held.until - held.renewed < timedelta(days=7.1)
        assert world.gmail.watch.labels == {"INBOX", "SPAM"}
        world.gmail.deliver(mail("a"))
        assert len(await world.take(world.mailbox())) == 1


async def test_a_restart_keeps_gmails_watch_and_another_topic_makes_a_new_one(tmp_path: Path) -> None:
    async with gmail_world(tmp_path) as world:
        now = datetime.now(UTC)
        counts = [await _looked(world, topic, at) for topic, at in ((TOPIC, now), (TOPIC, now), (TOPIC + "2", now))]
        assert counts == [1, 1, 2]
        assert await _looked(world, TOPIC + "2", now + timedelta(hours=25)) == 3
        assert world.gmail.watch.topic == TOPIC + "2"
