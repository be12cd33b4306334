"""What an adapter remembers survives, apart for each mailbox."""

from bot.store.database import connect
from bot.store.mailboxes import MailboxMemory
from pipeline.email import MailboxId


async def test_each_mailbox_has_a_memory_of_its_own(database: str) -> None:
    store = await connect(database, name="test")
    try:
        support = MailboxMemory(store, MailboxId("support@larkspur.example"))
        sales = MailboxMemory(store, MailboxId("sales@larkspur.example"))
        assert await support.load() == {}
        await support.save({"cursor": "17"})
        await support.save({"cursor": "18", "expires": 3})
        await sales.save({"cursor": "1"})
        again = MailboxMemory(store, MailboxId("support@larkspur.example"))
        assert await again.load() == {"cursor": "18", "expires": 3}
        assert await sales.load() == {"cursor": "1"}
    finally:
        await store.close()
