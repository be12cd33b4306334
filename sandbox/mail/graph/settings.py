"""How this Graph behaves: what the documentation leaves open is a setting, so that tests can choose the worse answer."""

from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(slots=True)
class Behaviour:
    """`lag` is how long a sent mail takes to appear in Sent Items; until then its id answers 404, or with `lag_shows_draft` as the draft.

    `keeps_sent` False: no copy appears. `renames` True: a Message-ID is replaced when the mail is sent. `stale_search` True: filters find
    nothing. `redirects` is an address that createReply puts into To, as it does for the Reply-To of an original in JSON form.
    `replays` is how many earlier mails each delta round repeats. `filter_limit` is the most a delta query with $filter ever returns.
    """

    lag: timedelta = timedelta(0)
    lag_shows_draft: bool = False
    keeps_sent: bool = True
    renames: bool = False
    stale_search: bool = False
    redirects: str = ""
    replays: int = 0
    filter_limit: int = 5000
    largest_page: int = 1000
    requests: int = 10_000
    window: timedelta = timedelta(minutes=10)
    concurrent: int = 4
    handshake: timedelta = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Account:
    """Who may ask, and for which mailbox."""

    address: str
    tenant: str = "11111111-2222-3333-4444-555555555555"
    client_id: str = "66666666-7777-8888-9999-000000000000"
    client_secret: str = field(default="the stand-in's secret", repr=False)
