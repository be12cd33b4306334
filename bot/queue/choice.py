"""Which ingestion queue the settings ask for, connected."""

from contextlib import AbstractAsyncContextManager

from bot.queue import Deliveries, postgres, pubsub, sqs
from bot.settings import Settings
from bot.store.codec import Codecs
from bot.store.database import Database
from pipeline.errors import Misconfigured


def chosen(settings: Settings, database: Database, dsn: str, codec: Codecs) -> AbstractAsyncContextManager[Deliveries]:
    """Raises Misconfigured where its table is missing in triage.toml."""
    match settings.queue:
        case "postgres":
            return postgres.connect(database, dsn, codec)
        case "sqs":
            if settings.sqs is None:
                raise Misconfigured("sqs", 'queue is "sqs", but there is no [sqs] table with queue_url and dead_letter_url. Add it.')
            return sqs.connect(settings.sqs, codec)
        case "pubsub":
            if settings.pubsub is None:
                raise Misconfigured(
                    "pubsub",
                    'queue is "pubsub", but there is no [pubsub] table with topic, subscription, dead_letter_subscription. Add it.',
                )
            return pubsub.connect(settings.pubsub, codec)
