"""What happens by the clock: the digest is written when its crontab line strikes, and a wrong line is named."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import settings
from bot.crontab import trigger
from bot.renewal import Held
from bot.scheduler import keep_time, schedule
from bot.store.codec import PLAIN
from bot.store.database import connect
from bot.store.digests import Digests
from pipeline.errors import Misconfigured
from tests.bot.scene import Scene, until
from tests.bot.test_digests import digests, filed, filing

SUNDAY = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)


@asynccontextmanager
async def running(scheduler: AsyncIOScheduler) -> AsyncIterator[None]:
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(keep_time(scheduler, stop))
        try:
            yield
        finally:
            stop.set()


def _strike(scheduler: AsyncIOScheduler) -> None:
    """The hour of the digest came some minutes ago, when the program was too busy to notice."""
    scheduler.get_job("digest").modify(next_run_time=datetime.now(UTC) - timedelta(minutes=5))


async def test_the_digest_is_written_when_its_hour_strikes(stage: Scene) -> None:
    at = filing(stage)
    await filed(at, "newsletter", "spam")
    programs = [schedule([], [], at.outbox.digests, "0 8 * * *") for _ in range(2)]
    async with running(programs[0]), running(programs[1]):
        assert await at.value("select count(*) from digests") == 0
        for scheduler in programs:
            _strike(scheduler)
        await until(lambda: _some_digest(at))
        assert programs[0].get_job("digest").next_run_time.strftime("%H:%M %Z") == "08:00 UTC"
    await at.settle()
    (told,) = digests(at)
    assert told["kinds"] == {"newsletter": 1, "spam": 1}
    assert not programs[0].running


async def _some_digest(at: Scene) -> bool:
    return bool(await at.value("select count(*) from digests"))


async def test_a_digest_that_could_not_be_written_comes_again(stage: Scene, database: str, caplog: pytest.LogCaptureFixture) -> None:
    away = await connect(database, name="away", size=1)
    await away.close()
    scheduler = schedule([], [], Digests(away, PLAIN), "0 8 * * *")
    async with running(scheduler):
        _strike(scheduler)
        await until(lambda: _said(caplog, "The digest of filed mail was not written"))
        assert scheduler.get_job("digest").next_run_time.hour == 8


async def _said(caplog: pytest.LogCaptureFixture, sentence: str) -> bool:
    return sentence in caplog.text


@dataclass
class Asked:
    """A subscription that counts how often it was renewed."""

    mailbox: str = "support@larkspur.example"
    renewals: int = 0

    async def held(self) -> Held | None:
        return None

    async def renew(self) -> None:
        self.renewals += 1


async def test_every_subscription_is_looked_at(stage: Scene) -> None:
    subscriptions = [Asked(), Asked()]
    scheduler = schedule([], subscriptions, stage.outbox.digests, "0 8 * * *")
    async with running(scheduler):
        for job in scheduler.get_jobs():
            job.modify(next_run_time=datetime.now(UTC))
        await until(lambda: _renewed(subscriptions))
        assert {one.renewals for one in subscriptions} == {1}


async def _renewed(subscriptions: Sequence[Asked]) -> bool:
    return all(one.renewals for one in subscriptions)


@pytest.mark.parametrize(
    ("line", "strikes"),
    [
        ("0 8 * * *", "Mon 23 08:00"), ("30 18 * * *", "Sun 22 18:30"), ("0 8 * * 1-5", "Mon 23 08:00"), ("0 8 * * 0", "Sun 29 08:00"),
        ("0 8 * * 7", "Sun 29 08:00"), ("0 8 * * 2,6", "Tue 24 08:00"), ("0 8 * * 0-6", "Mon 23 08:00"), ("0 8 * * wed", "Wed 25 08:00"),
        ("0 8 1 * *", "Tue 01 08:00"), ("0 8 * * */2", "Tue 24 08:00"), ("*/20 * * * *", "Sun 22 18:20"),
    ],
)  # fmt: skip
def test_a_crontab_line_strikes_when_cron_would(line: str, strikes: str) -> None:
    struck = trigger(line).get_next_fire_time(None, SUNDAY + timedelta(seconds=1))
    assert struck.strftime("%a %d %H:%M") == strikes


@pytest.mark.parametrize("line", ["", "8", "0 8 * *", "0 8 * * * *", "0 25 * * *", "61 8 * * *", "0 8 * * noday", "0 8 * * 8", "at eight"])
def test_a_wrong_crontab_line_is_named_with_its_setting(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "triage.toml").write_text(f'digest_at = "{line}"\n')
    monkeypatch.setenv("TRIAGE_CONFIG", str(tmp_path / "triage.toml"))
    with pytest.raises(Misconfigured) as refused:
        settings.load()
    assert str(refused.value).startswith(f'setting digest_at: "{line}" is no crontab line (')
    assert '"0 8 * * mon-fri". `triage config --example`' in str(refused.value)
