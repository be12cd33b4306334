"""Where the stages of a mail begin and end: functions of the product by the stage that they are."""

from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from benchmarks.throughput.stages import Stages
from bot.authenticity import verify
from bot.mailbox.reader import Reader
from bot.model.openai import OpenAIModel
from bot.model.resilient import Resilient
from bot.slack.board import SlackBoard
from bot.store.cards import Cards
from bot.store.cases import PostgresCases
from bot.store.effects import EffectQueue
from bot.store.queue import Queue
from pipeline import cascade, flow, matter, plan
from pipeline.matter import Matter
from pipeline.stages import opinion, paraphrase

SEAMS: tuple[tuple[Any, str, str], ...] = (
    (Queue, "claim", "claim"),
    (Reader, "read", "read (this side)"),
    (verify, "verify", "authenticate"),
    (Queue, "history", "history"),
    (flow, "triage", "flow"),
    (flow, "screen", "screen"),
    (cascade, "redacted_for", "redact"),
    (matter, "shareable", "redact"),
    (cascade, "classify", "local model"),
    (opinion, "ask", "prompts"),
    (paraphrase, "ask", "prompts"),
    (Resilient, "ask", "budgets, breaker"),
    (OpenAIModel, "ask", "two SDK calls"),
    (paraphrase, "accept", "check the words"),
    (Matter, "route", "route"),
    (Matter, "write", "draft, lint"),
    (flow, "lint", "draft, lint"),
    (plan, "effects", "plan"),
    (Queue, "settle", "settle"),
    (EffectQueue, "claim", "card: claim"),
    (PostgresCases, "load", "card: load"),
    (SlackBoard, "show", "card: draw"),
    (AsyncWebClient, "chat_postMessage", "card: post"),
    (Cards, "remember", "card: remember"),
    (EffectQueue, "done", "card: done"),
)


def timers(stages: Stages) -> None:
    """Put a timer around each of them in this process."""
    for owner, name, stage in SEAMS:
        stages.around(owner, name, stage)
