"""Who may act on which inbox: policies/people.json, and the test that every click and every send passes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from pipeline.case import PersonId
from pipeline.email import Email, MailboxId
from pipeline.screening.impersonation import Watched

Kind = Literal["member", "guest", "stranger", "bot", "deleted"]
EmailAddress = Annotated[str, StringConstraints(to_lower=True, pattern=r"^[^@\s]+@[^@\s]+$")]

Domain = Annotated[str, StringConstraints(to_lower=True, pattern=r"^[^@\s.]+(\.[^@\s.]+)+$")]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in Slack, as Slack itself says: `email` is lower case and may be empty, `kind` is member only for full members."""

    id: PersonId
    name: str
    email: str
    kind: Kind


class Inbox(BaseModel):
    """One inbox: the Slack channel of its cards (a name without #, or an id), and the e-mail addresses of those who may act."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    channel: str = Field(min_length=1)
    approvers: tuple[EmailAddress, ...] = Field(min_length=1)
    aliases: tuple[EmailAddress, ...] = ()


class People(BaseModel):
    """policies/people.json."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    inboxes: Mapping[EmailAddress, Inbox]
    managers: tuple[EmailAddress, ...] = ()
    """Who may let an intent answer by itself, and take that right away; where nobody is named, every approver of any inbox."""
    vips: tuple[str, ...] = ()
    """Addresses, or domains written "@example.com"; they count only where the mail's domain is authenticated."""
    customers: tuple[Domain, ...] = ()
    """Domains of customers; a sender whose domain only looks like one of them, or like a VIP's or ours, goes to a person."""
    partnerships: EmailAddress | None = None
    forwards: Mapping[str, EmailAddress] = Field(default_factory=dict)
    """Further aliases by name, for an intent's `forward_to`: mail is forwarded to these and `partnerships`, and nowhere else."""
    contact_forms: tuple[EmailAddress, ...] = ()
    """Senders that write for somebody else: where such a mail is authenticated, the answer goes to its Reply-To."""
    policy_editors: tuple[EmailAddress, ...] = ()
    """Who may change the policies in Slack; without anybody here, the approvers of every inbox."""
    policy_inbox: EmailAddress | None = None
    """In the channel of this inbox a second person is asked to approve new policies; default: the first inbox."""

    def inbox(self, mailbox: MailboxId) -> Inbox | None:
        return self.inboxes.get(mailbox)

    def own_addresses(self) -> frozenset[str]:
        """Every address that is ours: mail from them is our own."""
        return frozenset(self.inboxes) | {alias for inbox in self.inboxes.values() for alias in inbox.aliases}

    def watched(self) -> Watched:
        """Whom a forger would play towards us: named customers and ourselves."""
        staff = {address for inbox in self.inboxes.values() for address in inbox.approvers}
        people = staff | {vip for vip in self.vips if not vip.startswith("@")}
        domains = {address.rpartition("@")[2] for address in (*self.own_addresses(), *people, *self.vips)}
        return Watched(frozenset(domains | set(self.customers)), frozenset(people))

    def editors(self) -> frozenset[str]:
        """The addresses of those who may change the policies in Slack."""
        everywhere = (
            frozenset.intersection(*(frozenset(inbox.approvers) for inbox in self.inboxes.values())) if self.inboxes else frozenset()
        )
        return frozenset(self.policy_editors) or everywhere

    def policy_room(self) -> MailboxId:
        """The inbox whose channel hears of proposed policies."""
        return MailboxId(self.policy_inbox or next(iter(self.inboxes)))

    def forms(self) -> frozenset[str]:
        return frozenset(self.contact_forms)

    def aliases(self) -> Mapping[str, str]:
        """Where mail may be forwarded to, by name."""
        return {**self.forwards, **({"partnerships": self.partnerships} if self.partnerships else {})}

    def is_vip(self, email: Email) -> bool:
        listed = email.sender.address in self.vips or f"@{email.sender.domain}" in self.vips
        return listed and email.authentication.verdict == "pass"


def may_promote(people: People, person: Person) -> str | None:
    """Why this person may not decide about an intent's right, as a sentence for them, or None where they may."""
    approvers = {address for inbox in people.inboxes.values() for address in inbox.approvers}
    if person.kind == "member" and person.email and person.email in (people.managers or approvers):
        return None
    return "You may not decide what goes out by itself. An admin can add your address to managers in policies/people.json."


def refusal(people: People, person: Person, mailbox: MailboxId, *, channel_is_shared: bool) -> str | None:
    """Why this person may not act on this inbox's cases, as a sentence for them, or None where they may."""
    inbox = people.inbox(mailbox)
    if channel_is_shared:
        return "This channel is shared with another organisation, so nothing can be decided here. Move the inbox to a channel of your own."
    match person.kind:
        case "guest" | "stranger":
            return f"Guests cannot answer mail for {mailbox}. Ask an approver of this inbox."
        case "bot" | "deleted":
            return f"Only people of this workspace can answer mail for {mailbox}."
        case "member":
            if inbox is None or not person.email or person.email not in inbox.approvers:
                return f"You are not on the approver list of {mailbox}. An admin can add your address to policies/people.json."
    return None


def policy_refusal(people: People, person: Person, *, channel_is_shared: bool) -> str | None:
    """Why this person may not see or change the policies, as a sentence for them, or None where they may."""
    if channel_is_shared:
        return "This channel is shared with another organisation, so nothing is decided about policies here. Use a channel of your own."
    if person.kind != "member":
        return "Only members of this workspace can change the policies."
    if not person.email or person.email not in people.editors():
        return (
            "You are not among those who may change the policies. An admin can add your address to policy_editors in policies/people.json."
        )
    return None
