"""Everything that must hold of a bundle before it may be published, and how two bundles differ."""

from collections.abc import Iterable, Iterator

from bot.house import prices_of, rulebook_of, unasked
from bot.policies.bundle import RULES, Bundle
from pipeline.email import MailboxId
from pipeline.errors import Misconfigured
from pipeline.house import House
from pipeline.policy.compare import WATCHFUL, Change, changes, only_lowers
from pipeline.policy.rulebook import Rulebook
from pipeline.trials import CONFLICTS, outcomes


def sound(bundle: Bundle, mailboxes: Iterable[MailboxId] = ()) -> House:
    """The house that it describes, asked for nothing. Raises Misconfigured at the first mistake, a failing test among them."""
    house = unasked(bundle)
    prices_of(bundle)
    check_inboxes(mailboxes, house, bundle.place("policies/people.json"))
    check_contradictions(house, bundle.place(RULES))
    for outcome in outcomes(house):
        if outcome.wrong:
            raise Misconfigured(
                f'{bundle.place(RULES)}, tests, "{outcome.name}"', f"{'; '.join(outcome.wrong)}. Correct the rule or the test."
            )
    return house


def check_contradictions(house: House, place: str = "rules.json") -> None:
    """Raises Misconfigured where two rules contradict each other in one of the rulebook's own tests."""
    for outcome in outcomes(house):
        for reason in outcome.decision.reasons:
            if reason.speaker == "rule" and reason.name in CONFLICTS:
                raise Misconfigured(f'{place}, tests, "{outcome.name}"', f"{reason.text} Let one of the rules exclude the other.")


def check_inboxes(mailboxes: Iterable[MailboxId], house: House, place: str = "people.json") -> None:
    """Raises Misconfigured where a mailbox that is read has no entry."""
    for mailbox in mailboxes:
        if house.people.inbox(mailbox) is None:
            raise Misconfigured(place, f"it has no entry for the mailbox {mailbox}. Name its channel and its approvers under inboxes.")


def differences(old: Bundle, new: Bundle) -> tuple[Change, ...]:
    """What differs: in the rules by name, of every other file only that it does, by its digest."""
    return (*changes(rulebook_of(old), rulebook_of(new)), *_files(old, new))


def lowers(old: Bundle, new: Bundle) -> bool:
    """Whether the change can only lower routes: nothing but rules changed, and those only so."""
    return not any(_files(old, new)) and only_lowers(rulebook_of(old), rulebook_of(new))


def needs_second(rulebook: Rulebook, *, only_lowers: bool) -> bool:
    """Whether another person must approve a change of this rulebook, by what it says itself."""
    return rulebook.second_approval == "always" or (rulebook.second_approval == "raises" and not only_lowers)


def lifted(old: Rulebook, new: Rulebook) -> str:
    """What a change would lift that holds back everything, where `old` asks for another person's approval; "" where nothing."""
    if not needs_second(old, only_lowers=False):
        return ""
    if WATCHFUL.index(new.second_approval) < WATCHFUL.index(old.second_approval):
        return "the approval by a second person"
    return "the dry run" if old.dry_run and not new.dry_run else ""


def _files(old: Bundle, new: Bundle) -> Iterator[Change]:
    for path in sorted((old.files.keys() | new.files.keys()) - {RULES}):
        before, after = (bundle.digest_of(path) if path in bundle.files else "" for bundle in (old, new))
        if before != after:
            yield Change(path, before, after)
