"""Being notified never ends in silence: it is renewed daily, and an outage is told long before the end."""

import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.renewal import LOOK_EVERY, Renewal
from pipeline.errors import Misconfigured, Temporary
from tests.gmail import INBOX, gmail_world, mail

START = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass
class Provider:
    """Gives seven days, except while it is away."""

    now: datetime = START
    away: tuple[datetime, datetime] = (START, START)
    until: list[datetime] = field(default_factory=list)

    async def renew(self) -> datetime:
        if self.away[0] <= self.now < self.away[1]:
            raise Temporary("Gmail did not answer.")
        self.until.append(self.now + timedelta(days=7))
        return self.until[-1]


async def _thirty_days(provider: Provider, caplog: pytest.LogCaptureFixture) -> list[tuple[datetime, int]]:
    """What was logged when, over thirty days of looks; being notified must never have ended before an alarm."""
    renewal, said = Renewal("support@", provider.renew), []
    while provider.now < START + timedelta(days=30):
        caplog.clear()
        await renewal.look(provider.now)
        said += [(provider.now, record.levelno) for record in caplog.records]
        provider.now += LOOK_EVERY
    return said


async def test_it_is_renewed_daily(caplog: pytest.LogCaptureFixture) -> None:
    provider = Provider()
    assert await _thirty_days(provider, caplog) == []
    assert len(provider.until) == 30


@pytest.mark.parametrize(("hours", "alarmed"), [(48, False), (160, True)])
async def test_an_outage_is_an_alarm_a_day_before_the_end(caplog: pytest.LogCaptureFixture, hours: int, alarmed: bool) -> None:
    began = START + timedelta(days=10, minutes=1)
    provider = Provider(away=(began, began + timedelta(hours=hours)))
    said = await _thirty_days(provider, caplog)
    assert min(level for _, level in said) == logging.WARNING
    alarms = [at for at, level in said if level == logging.ERROR]
    assert bool(alarms) == alarmed
    ends = max(until for until in provider.until if until - timedelta(days=7) < began)
    assert all(ends - timedelta(days=2) < at for at in alarms)
    assert not alarms or ends - alarms[0] > timedelta(hours=24)
    assert provider.until[-1] > START + timedelta(days=36)


async def test_gmail_is_asked_for_the_inbox_and_spam_for_seven_days(tmp_path: Path) -> None:
    async with gmail_world(tmp_path) as world:
        with pytest.raises(Misconfigured, match=f"topic of {INBOX}"):
            await world.mailbox().renew()
        mailbox = world.mailbox(topic="projects/project/topics/gmail")
        await mailbox.arrivals(50)
        until = await mailbox.renew()
        assert timedelta(days=6.9) < until - datetime.now(UTC) < timedelta(days=7.1)
        assert world.gmail.watch.labels == {"INBOX", "SPAM"}
        world.gmail.deliver(mail("a"))
        assert len(await world.take(mailbox)) == 1
        assert world.memory.saves[-1]["watched_until"] == until.isoformat()
