"""What operators see from outside: log lines on stderr, and figures for Prometheus read from the database at each scrape."""

import logging
import sys

import asyncpg
from prometheus_client import CollectorRegistry, Gauge, generate_latest


def log_to_stderr(level: str) -> None:
    """One line an event; customers' words never stand in it, ids and counts do."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S"))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for chatty in ("aiohttp.access", "apscheduler", "slack_sdk", "slack_bolt"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


async def exposition(pool: "asyncpg.Pool[asyncpg.Record]", slack_connected: bool, also: CollectorRegistry) -> bytes:
    """The Prometheus text format: cases by status, effects by type and state, the oldest waiting mail, triage latency of the last hour.

    `also` is what this process counted itself.
    """
    registry = CollectorRegistry()
    cases = Gauge("triage_cases", "Cases by status", ["status"], registry=registry)
    for row in await pool.fetch("select status, count(*) from messages group by status"):
        cases.labels(row["status"]).set(row["count"])
    effects = Gauge("triage_effects", "Effects by type and state", ["type", "state"], registry=registry)
    for row in await pool.fetch("select type, state, count(*) from effects group by type, state"):
        effects.labels(row["type"], row["state"]).set(row["count"])
    waiting = Gauge("triage_oldest_queued_seconds", "Age of the oldest mail not yet triaged", registry=registry)
    waiting.set(await pool.fetchval(_OLDEST))
    latency = Gauge("triage_latency_seconds", "Ingested to decided, last hour", ["quantile"], registry=registry)
    measured = await pool.fetchrow(_LATENCY)
    for quantile in ("0.5", "0.95"):
        if measured is not None and measured[quantile] is not None:
            latency.labels(quantile).set(measured[quantile])
    Gauge("triage_slack_connected", "1 while Socket Mode is connected", registry=registry).set(slack_connected)
    return generate_latest(registry) + generate_latest(also)


_OLDEST = """
select coalesce(extract(epoch from clock_timestamp() - min(ingested_at)), 0)::float from messages where status in ('queued', 'working')
"""

_LATENCY = """
select percentile_cont(0.5) within group (order by extract(epoch from decided_at - ingested_at))::float as "0.5",
       percentile_cont(0.95) within group (order by extract(epoch from decided_at - ingested_at))::float as "0.95"
from messages where decided_at > clock_timestamp() - interval '1 hour'
"""
