"""Rows become figures: what /triage stats shows now, and the daily rows of `metrics`."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta

from bot.store.database import Connection, Database
from bot.store.rights import pause
from pipeline.ports import Figures, IntentFigures

TOTALS = """
select count(*) as received,
       count(*) filter (where status = 'ignored') as ignored,
       count(*) filter (where status in ('review', 'human', 'quarantined', 'unknown', 'dead') and not (dry_run and shelved)) as waiting,
       count(*) filter (where status = 'sent') as sent,
       count(*) filter (where status = 'unknown') as unknown,
       count(*) filter (where status = 'dead') as dead,
       count(*) filter (where status = 'sent' and auto_sent) as auto_sent,
       count(*) filter (where auto_sent and id in (select a.message_id from audit_log a where a.action = 'revert')) as reverted,
       (select coalesce(sum(saved_minutes), 0)::float8 from metrics where date >= ($1 at time zone 'UTC')::date) as saved_minutes,
       (select coalesce(sum(c.usd), 0)::float8 from calls c join messages m on m.id = c.message_id where m.received_at >= $1) as cost_usd,
       percentile_cont(0.5) within group (order by took)::float8 as triage_p50_ms,
       percentile_cont(0.95) within group (order by took)::float8 as triage_p95_ms
from (select *, case when not dry_run then extract(epoch from decided_at - ingested_at) * 1000 end as took
      from messages where received_at >= $1) m
"""

APPROVAL = """
select percentile_cont(0.5) within group (order by extract(epoch from d.decided_at - c.posted_at) * 1000)::float8
from messages m
join cards c on c.message_id = m.id and c.kind = 'root'
join drafts d on d.message_id = m.id and d.approver is not null
where m.received_at >= $1
"""

BY_INTENT = """
select intent, count(*) as received,
       count(*) filter (where outcome = 'sent_as_is' and status = 'sent') as sent_as_is,
       count(*) filter (where outcome = 'sent_edited' and status = 'sent') as sent_edited,
       count(*) filter (where outcome = 'rejected') as rejected,
       count(*) filter (where outcome = 'taken_over') as taken_over,
       coalesce(sum((select sum(c.usd) from calls c where c.message_id = messages.id)), 0)::float8 as cost_usd
from messages where received_at >= $1 and intent is not null group by intent order by count(*) desc, intent
"""

# A person's verdict on a reply that went out by itself is the audit row "revert". A review is measured from the reviewer's decision before
# it, or from the card where that came later: who was away for longer than ten minutes was not reviewing.
ROLL_UP = """
with day as (
    select m.*, exists (select 1 from audit_log a where a.message_id = m.id and a.action = 'revert') as reverted,
           (select sum(c.usd) from calls c where c.message_id = m.id) as cost,
           (select d.latency_ms from drafts d where d.message_id = m.id and d.version = 1) as drafting
    from messages m
    where m.received_at >= $1::date::timestamp at time zone 'UTC' and m.received_at < ($1::date + 1)::timestamp at time zone 'UTC'
      and m.intent is not null and m.decided_at is not null
), reviews as (
    select d.message_id, d.decided_at - c.posted_at as waited,
           least(d.decided_at - greatest(c.posted_at, lag(d.decided_at) over (partition by d.approver order by d.decided_at)),
                 interval '10 minutes') as took
    from drafts d join cards c on c.message_id = d.message_id and c.kind = 'root'
    where d.approver is not null and d.decided_at >= $1::date::timestamp at time zone 'UTC' - interval '1 day'
)
insert into metrics (date, intent, auto_rate, approve_rate, revert_rate, avg_latency_ms, cost_usd, approval_ms, draft_ms, saved_minutes)
select $1, intent,
       count(*) filter (where auto_sent)::float8 / count(*),
       count(*) filter (where outcome = 'sent_as_is' and status = 'sent')::float8
           / nullif(count(*) filter (where not auto_sent and outcome in ('sent_as_is', 'sent_edited', 'rejected', 'taken_over')), 0),
       count(*) filter (where auto_sent and reverted)::float8 / nullif(count(*) filter (where auto_sent), 0),
       avg(extract(epoch from decided_at - received_at) * 1000) filter (where not dry_run)::float8,
       coalesce(sum(cost), 0)::float8,
       avg(extract(epoch from waited) * 1000)::float8,
       avg(drafting)::float8,
       coalesce(($2::jsonb ->> intent)::float8, 0) * count(*) filter (where status = 'sent' and outcome <> 'answered_by_hand')
           - coalesce(sum(extract(epoch from took)) / 60, 0)::float8
from day left join reviews on reviews.message_id = day.id group by intent
on conflict (date, intent) do update set
    auto_rate = excluded.auto_rate, approve_rate = excluded.approve_rate, revert_rate = excluded.revert_rate,
    avg_latency_ms = excluded.avg_latency_ms, cost_usd = excluded.cost_usd,
    approval_ms = excluded.approval_ms, draft_ms = excluded.draft_ms, saved_minutes = excluded.saved_minutes
"""


async def figures(connection: Connection, since: datetime) -> Figures:
    """What happened to the mails received since then."""
    totals = await connection.fetchrow(TOTALS, since)
    assert totals is not None
    approval = await connection.fetchval(APPROVAL, since)
    intents = await connection.fetch(BY_INTENT, since)
    by_intent = tuple(IntentFigures(**dict(row)) for row in intents)
    return Figures(since=since, approval_p50_ms=approval, by_intent=by_intent, paused=await pause(connection), **dict(totals))


async def roll_up(connection: Connection, day: date, worth: Mapping[str, int]) -> None:
    """Write the day's row of `metrics` for each intent (days are UTC); doing it again brings it up to date.

    `worth` is how many minutes of work an answer of each intent saves.
    """
    await connection.execute(ROLL_UP, day, json.dumps(dict(worth)))


async def roll_up_lately(database: Database, worth: Callable[[], Mapping[str, int]]) -> None:
    """Bring yesterday and today up to date."""

    async def work(connection: Connection) -> None:
        today = datetime.now(UTC).date()
        for day in (today - timedelta(days=1), today):
            await roll_up(connection, day, worth())

    await database.run(work)
