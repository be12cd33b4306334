"""What an operator forgot is said before the first mail, with what to do next."""

import sys
from pathlib import Path

import pytest

from bot.doctor import findings
from bot.embedded import Services
from bot.queue import pubsub, sqs
from bot.queue.choice import chosen
from bot.settings import Settings, load
from bot.store.codec import PLAIN
from bot.store.database import Database, connect
from pipeline.errors import Misconfigured, Permanent, Temporary
from tests.bot.queue.back_ends import KEYS, pubsub_queues, sqs_queues

QUEUES = {"queue_url": "http://127.0.0.1:1/1/q.fifo", "dead_letter_url": "http://127.0.0.1:1/1/d.fifo"}
NAMES = {
    "topic": "projects/p/topics/t",
    "subscription": "projects/p/subscriptions/t",
    "dead_letter_subscription": "projects/p/subscriptions/d",
}


async def open_sqs(settings: sqs.SqsSettings) -> None:
    async with sqs.connect(settings, PLAIN):
        raise AssertionError("it must be refused")


async def open_pubsub(settings: pubsub.PubsubSettings) -> None:
    async with pubsub.connect(settings, PLAIN):
        raise AssertionError("it must be refused")


@pytest.mark.parametrize(("kind", "library"), [("sqs", "aiobotocore.session"), ("pubsub", "google.pubsub_v1")])
async def test_a_missing_extra_is_named_with_the_command(kind: str, library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    opening = open_sqs(sqs.SqsSettings(**QUEUES)) if kind == "sqs" else open_pubsub(pubsub.PubsubSettings(**NAMES))
    with pytest.raises(Misconfigured, match=rf'pip install "inbox-triage\[{kind}\]"'):
        await opening


@pytest.mark.parametrize("kind", ["sqs", "pubsub"])
async def test_a_missing_table_is_named(kind: str, database: str) -> None:
    store: Database = await connect(database, name="test")
    with pytest.raises(Misconfigured, match=rf"no \[{kind}\] table"):
        chosen(Settings(queue=kind), store, database, PLAIN)
    await store.close()


async def test_a_queue_without_dead_letters_is_refused(sqs_endpoint: str) -> None:
    settings = await sqs_queues(sqs_endpoint)
    with pytest.raises(Misconfigured, match="maxReceiveCount 5"):
        await open_sqs(settings.model_copy(update={"queue_url": settings.dead_letter_url}))
    with pytest.raises(Permanent, match="queue's address"):
        await open_sqs(settings.model_copy(update={"queue_url": settings.queue_url.replace(".fifo", "-not.fifo")}))


async def test_an_sqs_that_is_away_is_temporary(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(Temporary, match="cannot be reached"):
        await open_sqs(sqs.SqsSettings(**QUEUES, endpoint_url="http://127.0.0.1:1"))


async def test_a_subscription_without_ordering_is_refused(emulator: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", emulator)
    with pytest.raises(Misconfigured, match="ordering is off"):
        await open_pubsub(await pubsub_queues(emulator, ordering=False))
    with pytest.raises(Permanent, match="NotFound"):
        await open_pubsub(pubsub.PubsubSettings(**NAMES))


async def test_the_doctor_looks_at_the_queue(sqs_endpoint: str, database: str, redis_url: str, tmp_path: Path) -> None:
    good = await sqs_queues(sqs_endpoint)
    wrong = good.model_copy(update={"queue_url": good.dead_letter_url})
    for settings, ok, sentence in ((good, True, "It answers"), (wrong, False, "maxReceiveCount 5")):
        checks = findings(Settings(queue="sqs", sqs=settings, policies=tmp_path), Services(database, redis_url, ()), None)
        [finding] = [finding async for finding in checks if finding.check == "queue sqs"]
        assert (finding.ok, sentence in finding.sentence) == (ok, True)


def test_the_settings_read_a_queues_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "triage.toml"
    file.write_text('queue = "pubsub"\n[pubsub]\n' + "".join(f'{name} = "{value}"\n' for name, value in NAMES.items()))
    monkeypatch.setenv("TRIAGE_CONFIG", str(file))
    assert load().pubsub == pubsub.PubsubSettings(**NAMES)
    file.write_text('queue = "kafka"\n')
    with pytest.raises(Misconfigured, match="setting queue"):
        load()
