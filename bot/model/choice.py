"""Which models the settings ask for, connected into one LanguageModel."""

import asyncio
import ipaddress
import os
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import SecretStr
from redis.asyncio import Redis

from bot.buckets import PostgresBucket, RedisBucket
from bot.budget import Budgets
from bot.house import read_model_prices
from bot.model.breaker import Breaker
from bot.model.limits import Purse, Senders
from bot.model.metrics import ModelMetrics
from bot.model.resilient import Adapter, Option, Provider, Resilient
from bot.model.settings import ROLES, ModelKeys, ModelName, ModelsSettings
from bot.settings import Settings
from bot.store.calls import Till
from bot.store.database import Database
from pipeline.errors import Misconfigured
from pipeline.policy.content import ModelPrice, ModelPrices
from pipeline.prompt import Role

KEYS = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY"}
USUAL: Mapping[str, Mapping[Role, str]] = {
    "openai": {**dict.fromkeys(("classify", "draft", "summary"), "gpt-4o-mini-2024-07-18"), "qa": "gpt-4o-2024-08-06"},
    "anthropic": dict.fromkeys(("classify", "draft", "summary", "qa"), "claude-haiku-5-5"),
}
"""What is asked where only a key is set: OpenAI before Anthropic. Nobody for a role that falls back on another.

A name with the day of its snapshot, where there is one: no intent can earn the right to answer by itself with a model that may change.
"""


@dataclass(frozen=True, slots=True)
class Pick:
    """One model, found: where it runs, with which key, at which price (None: free)."""

    name: ModelName
    provider: str
    model: str
    url: str
    key: SecretStr | None
    price: ModelPrice | None


def of(settings: Settings, prices: ModelPrices | None = None) -> Mapping[Role, tuple[Pick, ...]]:
    """What the settings, the keys in the environment and policies/models.json make of it. Raises what `picks` raises.

    `prices` are those in force; None: those of the folder.
    """
    servers = settings.models.servers.items()
    named = {name: SecretStr(os.environ.get(server.key_env, "")) for name, server in servers if server.key_env}
    keys = ModelKeys(openai=settings.openai_api_key, anthropic=settings.anthropic_api_key, servers=named)
    return picks(settings.models, keys, prices or read_model_prices(settings.policies))


def picks(settings: ModelsSettings, keys: ModelKeys, prices: ModelPrices) -> Mapping[Role, tuple[Pick, ...]]:
    """The models of each role, in the order to ask. Raises Misconfigured for a name, a key, a price or a place that will not do."""
    found = {}
    for role in ROLES:
        named = settings.named(role)
        names = _usual(role, settings, keys) if named is None else named
        found[role] = tuple(_pick(name, f"models.{role}", settings, keys, prices) for name in names)
    return found


def names(chosen: Mapping[Role, Sequence[Pick]]) -> Mapping[str, Sequence[str]]:
    """What is asked for each role, by name."""
    return {role: [pick.name for pick in options] for role, options in chosen.items()}


def told(chosen: Mapping[Role, Sequence[Pick]], settings: ModelsSettings) -> str:
    """Which models are used, in a sentence for `triage doctor` and `triage config`."""
    if not any(chosen.values()):
        why = "local_only is set" if settings.local_only else "no key is set and no server is named"
        return f"Mails are read by the small local model alone: {why}."
    asked = {role: ", then ".join(pick.name for pick in options) for role, options in chosen.items() if options or role != "draft_complex"}
    roles = "; ".join(f"{role}: {names or 'none'}" for role, names in asked.items())
    return f"{roles}. At most ${settings.daily_dollars:.2f} a day."


def distinct(chosen: Mapping[Role, Sequence[Pick]]) -> tuple[Pick, ...]:
    """Each model once."""
    return tuple({pick.name: pick for options in chosen.values() for pick in options}.values())


@asynccontextmanager
async def connected(
    settings: ModelsSettings, chosen: Mapping[Role, Sequence[Pick]], database: Database, redis: Redis, metrics: ModelMetrics
) -> AsyncIterator[Resilient | None]:
    """One LanguageModel over all of them; None where there are none. Nothing is asked yet."""
    if not any(chosen.values()):
        yield None
        return
    purse = Purse(Till(database), settings.daily_dollars)
    senders = Senders(Budgets((RedisBucket(redis), PostgresBucket(database))), settings.sender_calls_day)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(purse.close)
        providers = _providers(settings, {pick.provider for pick in distinct(chosen)}, metrics)
        options = {}
        for pick in distinct(chosen):
            model = adapter(pick, settings)
            stack.push_async_callback(model.close)
            options[pick.name] = Option(model, providers[pick.provider], pick.price)
        by_role = {role: tuple(options[pick.name] for pick in each) for role, each in chosen.items()}
        yield Resilient(by_role, purse, senders, metrics, settings.timeout_seconds, settings.deadline_seconds)


def adapter(pick: Pick, settings: ModelsSettings) -> Adapter:
    """The SDK behind it. Raises Misconfigured where that is not installed."""
    key, timeout = pick.key.get_secret_value() if pick.key else "", settings.timeout_seconds
    try:
        match pick.provider:
            case "anthropic":
                from bot.model import anthropic

                assert pick.price is not None
                return anthropic.connect(pick.model, key, pick.url, pick.price, timeout)
            case "openai":
                from bot.model import openai

                assert pick.price is not None
                return openai.connect(pick.model, key, pick.url, pick.price, timeout)
            case name:
                from bot.model import compatible

                return compatible.connect(name, pick.model, key or None, pick.url, pick.price, timeout)
    except ModuleNotFoundError as missing:
        sdk = "anthropic" if pick.provider == "anthropic" else "openai"
        raise Misconfigured(f"model {pick.name}", f"its library is not installed. Run: pip install {sdk}") from missing


def _usual(role: Role, settings: ModelsSettings, keys: ModelKeys) -> tuple[ModelName, ...]:
    """Whoever has a key; nobody where no mail may leave the house."""
    having = {"openai": keys.openai, "anthropic": keys.anthropic}
    return (
        () if settings.local_only else tuple(f"{name}/{USUAL[name][role]}" for name, key in having.items() if key and role in USUAL[name])
    )


def _pick(name: ModelName, place: str, settings: ModelsSettings, keys: ModelKeys, prices: ModelPrices) -> Pick:
    provider, _, model = name.partition("/")
    price = prices.models.get(model)
    if provider in KEYS:
        key = keys.openai if provider == "openai" else keys.anthropic
        return Pick(name, provider, model, *_hosted(name, place, settings, key), _priced(price, model))
    server = settings.servers.get(provider)
    if server is None:
        known = ", ".join(sorted((*KEYS, *settings.servers)))
        raise Misconfigured(place, f'"{name}" names no provider that we know ({known}). Add a table [models.servers.{provider}].')
    key = keys.servers.get(provider) or None
    if server.key_env and not key:
        raise Misconfigured(server.key_env, f"it is not set, and [models.servers.{provider}] names it as its key_env.")
    if server.in_house or _is_private(server.base_url):
        return Pick(name, provider, model, server.base_url, key, price)
    if settings.local_only:
        raise _outside(name, place)
    return Pick(name, provider, model, server.base_url, key, _priced(price, model))


def _hosted(name: ModelName, place: str, settings: ModelsSettings, key: SecretStr | None) -> tuple[str, SecretStr]:
    provider = name.partition("/")[0]
    if settings.local_only:
        raise _outside(name, place)
    if key is None or not key.get_secret_value():
        raise Misconfigured(KEYS[provider], f'it is not set, and {place} asks for "{name}". Set it, or choose another model.')
    return settings.openai_url if provider == "openai" else settings.anthropic_url, key


def _outside(name: ModelName, place: str) -> Misconfigured:
    return Misconfigured(place, f'"{name}" would read mail outside the house, which models.local_only forbids. Name a server of your own.')


def _priced(price: ModelPrice | None, model: str) -> ModelPrice:
    """Without a price the day's budget could not be kept."""
    if price is None:
        raise Misconfigured("models.json", f'it has no price for "{model}", so its calls cannot be counted. Add it under models.')
    return price


def _is_private(url: str) -> bool:
    """Whether the host is this machine, or an address of a private network; a name is not looked up."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return host == "localhost"


def _providers(settings: ModelsSettings, names: Iterable[str], metrics: ModelMetrics) -> dict[str, Provider]:
    titles = {"openai": "OpenAI", "anthropic": "Anthropic"}
    made = {}
    for name in names:
        breaker = Breaker(time.monotonic)
        metrics.watch(name, breaker)
        made[name] = Provider(titles.get(name, f"The model server {name}"), breaker, asyncio.Semaphore(settings.concurrency))
    return made
