"""How much has gone out, counted where a send is reserved: within one transaction, by the database's clock, one sender at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from bot.store.database import Connection
from pipeline.email import MailboxId
from pipeline.policy.content import Caps

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LOCK = 0x74726961676573
"""The advisory lock under which sends are counted: two that are reserved at once would each not see the other."""

# How long until fewer than $7 + 1 of these sends are younger than $1; no row where it is so now.
OPENS = """
select o.at + $1::interval - clock_timestamp() from outgoing o join sends s on s.id = o.send_id
where s.state <> 'cancelled' and o.at > clock_timestamp() - $1::interval and (o.automatic or not $2)
  and ($3::text is null or o.mailbox_id = $3) and ($4::text is null or o.thread_id = $4)
  and ($5::text is null or o.recipient = $5) and ($6::text is null or o.domain = $6)
order by o.at desc offset $7 limit 1
"""

# A person touches a conversation by any move on any of its cases; people are known by their ids in Slack.
UNTOUCHED = """
select count(*) from outgoing o join sends s on s.id = o.send_id
where s.state <> 'cancelled' and o.automatic and o.mailbox_id = $1 and o.thread_id = $2
  and o.at > coalesce((select max(a.at) from audit_log a join messages m on m.id = a.message_id
                       where m.mailbox_id = $1 and m.thread_id = $2 and a.actor ~ '^[UW][A-Z0-9]+$'), '-infinity')
"""

NOTE = """
insert into outgoing (send_id, mailbox_id, thread_id, recipient, domain, automatic) values ($1, $2, $3, $4, $5, $6)
on conflict (send_id) do update set recipient = $4, domain = $5, automatic = $6, at = clock_timestamp()
"""


@dataclass(frozen=True, slots=True)
class Use:
    """One mail that is to go out; `recipient` is the first address in To."""

    mailbox: MailboxId
    thread: str
    recipient: str
    automatic: bool

    @property
    def digests(self) -> tuple[str, str]:
        """The recipient without its +tag, and its domain."""
        local, _, domain = self.recipient.lower().rpartition("@")
        return _digest(f"{local.partition('+')[0]}@{domain}"), _digest(domain)


@dataclass(frozen=True, slots=True)
class Hit:
    """A cap that is reached, as a sentence for a person; `opens` is when there is room again (None: not by waiting)."""

    sentence: str
    opens: timedelta | None


@dataclass(frozen=True, slots=True)
class _Cap:
    most: int
    span: timedelta
    sentence: str
    automatic: bool = True
    mailbox: str | None = None
    thread: str | None = None
    recipient: str | None = None
    domain: str | None = None


async def hit(connection: Connection, caps: Caps, use: Use) -> Hit | None:
    """The first cap that has no room for this mail. Whoever asks holds the lock until the transaction ends, and reserves within it."""
    await connection.execute("select pg_advisory_xact_lock($1)", LOCK)
    for cap in (*_of_mailbox(caps, use), *(_of_automatic(caps, use) if use.automatic else ())):
        opens = await _opens(connection, cap)
        if opens is not None:
            return Hit(cap.sentence, opens)
    if use.automatic and await connection.fetchval(UNTOUCHED, use.mailbox, use.thread) >= caps.thread_untouched:
        times = f"{caps.thread_untouched} time{'' if caps.thread_untouched == 1 else 's'}"
        return Hit(f"This conversation was answered by itself {times} already, and no person has looked at it since.", None)
    return None


async def note(connection: Connection, send: int, use: Use) -> None:
    """Count this reserved send, in the same transaction."""
    await connection.execute(NOTE, send, use.mailbox, use.thread, *use.digests, use.automatic)


async def _opens(connection: Connection, cap: _Cap) -> timedelta | None:
    if cap.most == 0:
        return cap.span
    given = (cap.span, cap.automatic, cap.mailbox, cap.thread, cap.recipient, cap.domain, cap.most - 1)
    found: timedelta | None = await connection.fetchval(OPENS, *given)
    return found


def _of_mailbox(caps: Caps, use: Use) -> Iterator[_Cap]:
    minute = f"{use.mailbox} has sent {caps.mailbox_minute} mails within a minute, which is as many as it may."
    day = f"{use.mailbox} has sent {caps.mailbox_day} mails within 24 hours, which is as many as it may."
    yield _Cap(caps.mailbox_minute, MINUTE, minute, automatic=False, mailbox=use.mailbox)
    yield _Cap(caps.mailbox_day, DAY, day, automatic=False, mailbox=use.mailbox)


def _of_automatic(caps: Caps, use: Use) -> Iterator[_Cap]:
    recipient, domain = use.digests
    often = f"got {caps.sender_day} answers by itself within 24 hours already: it may be a machine that answers us."
    many = f"The sender's domain got {caps.domain_hour} answers by itself within an hour already."
    once = "This conversation was answered by itself within the last 24 hours already: the other side may be a machine."
    yield _Cap(caps.thread_day, DAY, once, mailbox=use.mailbox, thread=use.thread)
    yield _Cap(caps.sender_day, DAY, f"This sender {often}", recipient=recipient)
    yield _Cap(caps.domain_hour, HOUR, many, domain=domain)


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
