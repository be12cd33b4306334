"""The values that a reply may contain, each with where it came from; of the mail itself only a first name gets in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.atoms import scrub
from pipeline.case import Article, CaseId, Contact, Slot, Urgency, Window
from pipeline.email import Address
from pipeline.meetings import say
from pipeline.people import People
from pipeline.policy.content import Company, Intent, Prices

OPTIONAL = frozenset({"first_name", "case_id", "times", "articles", "customer_company", "account_manager"})
"""Slots that may be empty; templates ask for them with {% if %}."""

LONGEST_NAME = 80
_TITLE = re.compile(r"dr|prof|mr|mrs|ms|miss|sir|herr|frau|m|mme|mlle|sr|sra|don|doña|ing|dipl", re.IGNORECASE)
_NO_NAME = re.compile(
    r"accounts?|accounting|admin|administrat(?:or|ion)|bank|billing|bookings?|buchhaltung|ceo|cfo|claims|contact|coo|customer|dear|director|dispatch"
    r"|einkauf|finance|hello|help|helpdesk|hr|info|invoices?|it|kontakt|legal|mail|manager|marketing|newsletter|no|noreply|notifications?|office"
    r"|operations|ops|orders?|payments?|payroll|purchasing|reception|sales|security|service|support|system|team|the|vertrieb|winner|your",
    re.IGNORECASE,
)
_NAME = re.compile(r"[^\W\d_]{2,}(?:['’-][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Ask:
    """What the slots of one reply depend on."""

    sender: Address
    intent: Intent
    urgency: Urgency
    language: str
    case: CaseId | None
    articles: tuple[Article, ...] = ()
    free_slots: tuple[Window, ...] = ()
    contact: Contact | None = None


def slot_names(prices: Prices, people: People) -> frozenset[str]:
    """Every slot that a template may name."""
    plain = {"company", "website", "booking_link", "status_page", "sign_in", "careers", "billing_contact", "sign_off"}
    plain |= {"support_hours", "eta", "docs", "price_note", *OPTIONAL}
    partnerships = {"partnerships"} if people.partnerships else set()
    return frozenset(plain) | {f"price_{plan}" for plan in prices.plans} | partnerships


def slots(ask: Ask, company: Company, prices: Prices, people: People) -> Mapping[str, Slot]:
    """Every slot's value for this reply, by name."""
    filled = [*_config(ask, company, people), *_prices(ask, company, prices)]
    filled += [_times(ask, company), _articles(ask, company)]
    filled += _person(ask)
    filled.append(Slot("case_id", f"#{ask.case}" if ask.case is not None else "", "case:id"))
    return {slot.name: slot for slot in filled}


def _config(ask: Ask, company: Company, people: People) -> list[Slot]:
    plain = ("website", "booking_link", "status_page", "sign_in", "careers", "billing_contact")
    made = [Slot(name, str(getattr(company, name)), f"config:company.{name}") for name in plain]
    made.append(Slot("company", company.name, "config:company.name"))
    made.append(Slot("sign_off", company.say(company.sign_off, ask.language), "config:company.sign_off"))
    made.append(Slot("support_hours", company.say(company.support_hours, ask.language), "config:company.support_hours"))
    made.append(Slot("eta", company.say(company.eta[ask.urgency], ask.language), f"config:company.eta.{ask.urgency}"))
    links = [f"- {company.say(company.docs[page].title, ask.language)}: {company.docs[page].url}" for page in ask.intent.docs]
    made.append(Slot("docs", "\n".join(links), f"config:company.docs.{'+'.join(ask.intent.docs)}"))
    if people.partnerships:
        made.append(Slot("partnerships", people.partnerships, "config:people.partnerships"))
    return made


def _person(ask: Ask) -> list[Slot]:
    """What to call the sender, and what the CRM says of them: only of who is authenticated is there a contact."""
    contact = ask.contact or Contact()
    named = first_name(ask.sender)
    known = "" if named else first_name(Address(contact.name, ask.sender.address))
    return [
        Slot("first_name", named or known, "crm:name" if known else "mail:first_name"),
        Slot("customer_company", _plain(contact.company), "crm:company"),
        Slot("account_manager", _plain(contact.owner), "crm:owner"),
    ]


def _plain(text: str) -> str:
    """A name out of the CRM; empty where it holds anything that could be followed, for customers fill in forms themselves."""
    line = " ".join(text.split())
    return line if line.isprintable() and len(line) <= LONGEST_NAME and scrub(line) == line and not set(line) & set("<>{}|") else ""


def _times(ask: Ask, company: Company) -> Slot:
    """Free times, one a line."""
    meetings = company.meetings
    said = [f"- {say(window, meetings, ask.language, company.language)}" for window in ask.free_slots] if meetings else []
    return Slot("times", "\n".join(said), "calendar:free")


def _articles(ask: Ask, company: Company) -> Slot:
    """Links to articles in the reply's language or the house's own, one a line; what the intent's own pages name already is left out."""
    published = {company.docs[page].url.rstrip("/") for page in ask.intent.docs}
    told = [one for one in ask.articles if one.language in (ask.language, company.language) and one.url.rstrip("/") not in published]
    return Slot("articles", "\n".join(f"- {one.title}: {one.url}" for one in told), f"kb:{'+'.join(one.id for one in told)}")


def _prices(ask: Ask, company: Company, prices: Prices) -> list[Slot]:
    def paragraph(of: Mapping[str, str]) -> str:
        return of.get(ask.language) or of[company.language]

    made = [Slot(f"price_{name}", paragraph(plan.paragraph), f"price:{name}@{prices.approved_on}") for name, plan in prices.plans.items()]
    return [*made, Slot("price_note", paragraph(prices.note), f"price:note@{prices.approved_on}")]


def first_name(sender: Address) -> str:
    """What to call the sender: letters only, at most 40, taken from the From name alone; empty where that is no person's name."""
    name = sender.name
    if re.search(r"[\d@:/<>\\_*|{}\[\]]", name) or len(name) > 100:
        return ""
    given = name.partition(",")[2] or name
    words = [word.strip(".,\"'()") for word in given.split()]
    words = [word for word in words if not _TITLE.fullmatch(word)]
    if not words or any(_NO_NAME.fullmatch(word) for word in words):
        return ""
    letters = re.sub("['’-]", "", words[0])
    if not _NAME.fullmatch(words[0]) or not letters.isalpha() or len(words[0]) > 40:
        return ""
    return words[0].capitalize() if words[0].isupper() or words[0].islower() else words[0]
