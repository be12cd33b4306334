"""The windows of /triage policy: the rules in force, their history, and the form of one rule, drawn here and read here."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from blocks import ids, kit
from blocks.kit import Json
from blocks.text import clip, count, escape, one_line, stamp, visible
from pipeline.policy.edit import LONGEST, Edit
from pipeline.policy.rulebook import Consequences, Rule
from pipeline.policy.versions import InForce, Shelf, Version, VersionId

PAGE = 15
HISTORY = 20
WHY = "why"
DELETE = "delete"
WHY_TEXT, CONDITION_TEXT = 300, 200


@dataclass(frozen=True, slots=True)
class PolicyRef:
    """What a window was drawn from: the version in force, the rule, the channel, and the digest of the edit that was tried."""

    version: VersionId
    channel: str
    page: int = 0
    rule: str = ""
    tried: str = ""


def write(ref: PolicyRef) -> str:
    """The `private_metadata` of a window."""
    held = {"version": ref.version, "channel": ref.channel, "page": ref.page, "rule": ref.rule, "tried": ref.tried}
    return json.dumps(held, separators=(",", ":"))


def read_ref(metadata: str) -> PolicyRef | None:
    """The reference in a window's `private_metadata`, or None where it is none of ours."""
    try:
        held = json.loads(metadata)
        version, page = VersionId(int(held["version"])), int(held["page"])
        return PolicyRef(version, str(held["channel"]), page, str(held["rule"]), str(held["tried"]))
    except (ValueError, KeyError, TypeError):
        return None


def view(shelf: Shelf, channel: str, page: int = 0) -> Json:
    """The list: what is in force, what waits for approval, and a page of the rules."""
    rules = sorted(shelf.rulebook.rules, key=lambda rule: rule.name)
    page = max(0, min(page, (len(rules) - 1) // PAGE))
    ref = PolicyRef(shelf.now.version.id, channel, page)
    buttons = kit.actions(kit.button("New rule", ids.POLICY_NEW, "new"), kit.button("History", ids.POLICY_HISTORY, "history"))
    shown = [_rule(rule) for rule in rules[page * PAGE : (page + 1) * PAGE]]
    waiting = [block for version in shelf.versions if version.state == "proposed" for block in _waiting(version)]
    blocks = [*_in_force(shelf), *waiting[:10], buttons, kit.divider(), *shown, *_pages(len(rules), page)]
    return kit.modal("Policies", ids.POLICY_VIEW, blocks, metadata=write(ref))


def history(shelf: Shelf, channel: str) -> Json:
    """The newest versions; each that was in force can be put in force again."""
    listed = [block for version in shelf.versions[:HISTORY] for block in _version(version, shelf.now)]
    more = [kit.context(kit.plain("Older ones: triage policy versions"))] if len(shelf.versions) > HISTORY else []
    ref = PolicyRef(shelf.now.version.id, channel)
    return kit.modal("History", ids.POLICY_VIEW, [*listed, *more], metadata=write(ref))


def form(edit: Edit, why: str, ref: PolicyRef, said: tuple[Json, ...] = (), submit: str = "Check") -> Json:
    """The form of one rule; `said` stands above it."""
    if len(edit.text) > LONGEST:
        return _too_long(edit.name, len(edit.text))
    field = kit.text_input(_field(ref), "The rule, as JSON", edit.text, multiline=True, hint="docs/policies.md lists the conditions.")
    reason = kit.text_input(WHY, "Why you change it", why, multiline=False, hint="Kept with the version.", optional=True)
    box = kit.Box("delete", "Delete this rule", "Its mails are then routed by the other rules alone", edit.delete)
    deletion = [kit.checkboxes_input(DELETE, "Delete", [box], optional=True)] if edit.name else []
    title = "Edit the rule" if edit.name else "New rule"
    blocks = [*said, field, reason, *deletion]
    return kit.modal(title, ids.POLICY_FORM, blocks, metadata=write(ref), submit=submit, close="Back")


def read(values: Mapping[str, Mapping[str, Any]], ref: PolicyRef) -> tuple[Edit, str, str]:
    """The edit, the reason, and the field that an error belongs to, from a submission's `view.state.values`."""
    name = _field(ref)
    text = str(values.get(name, {}).get(name, {}).get("value") or "").replace("\r\n", "\n")
    why = str(values.get(WHY, {}).get(WHY, {}).get("value") or "")
    ticked = values.get(DELETE, {}).get(DELETE, {}).get("selected_options") or []
    return Edit(ref.rule, text, delete=bool(ticked)), " ".join(why.split())[:WHY_TEXT], name


def waiting_view(title: str, sentence: str) -> Json:
    """What stands there while something is computed."""
    return kit.modal(title, ids.NOTICE_VIEW, [kit.section(kit.plain(f"⏳ {sentence}"))])


def kept(sentence: str, edit: Edit) -> Json:
    """Not published: why, and the person's words, which are never lost."""
    mine = clip(visible(edit.text), LONGEST) or "(deleted)"
    told = [kit.section(kit.plain(f"⚠️ {sentence}")), kit.section(kit.plain("Your rule was not saved. Copy what you want to keep:"))]
    return kit.modal("Not published", ids.NOTICE_VIEW, [*told, kit.rich_text(_preformatted(mine))])


def _field(ref: PolicyRef) -> str:
    return f"rule.{ref.version}"


def _preformatted(text: str) -> Json:
    return {"type": "rich_text_preformatted", "elements": [kit.run(text)]}


def _in_force(shelf: Shelf) -> Iterator[Json]:
    now, rules = shelf.now, shelf.rulebook
    yield kit.rich_text(
        kit.line(
            kit.run(f"Version {now.version.id}", bold=True), kit.run(" is in force, published by "), kit.run(now.by.name or "somebody")
        ),
        kit.line(kit.moment(now.at), kit.run(f": {now.why}" if now.why else "")),
    )
    dry = "Dry run is on: everything is decided, and nothing is sent by itself." if rules.dry_run else "Dry run is off."
    yield kit.context(
        kit.plain(f"{count(len(rules.rules), 'rule')}, {count(len(rules.tests), 'test')}. {dry} A rule can only make us more careful.")
    )


def _waiting(version: Version) -> Iterator[Json]:
    told = f"🟡 Version {version.id} by {version.author.name} waits for another person: {_what(version)}."
    yield kit.section(kit.plain(told), _look(version))


def _look(version: Version) -> Json:
    """Nobody decides without having seen what would change."""
    return kit.button("Look and decide", f"{ids.POLICY_LOOK}.{version.id}", str(version.id), "primary")


def _rule(rule: Rule) -> Json:
    text = f"*{rule.name}*\n{escape(visible(rule.why))}\n→ {escape(consequences(rule.then))}"
    return kit.section(kit.mrkdwn(text), kit.button("Edit", f"{ids.POLICY_RULE}.{rule.name}", rule.name))


def consequences(then: Consequences) -> str:
    """What follows from a rule, in words."""
    said = [
        {"human": "a person answers", "review": "at most review"}.get(str(then.at_most or ""), ""),
        f"owner {then.owner}" if then.owner else "",
        f"urgency {then.urgency}" if then.urgency else "",
        f"answer within {then.respond_within}" if then.respond_within else "",
        f"redact {then.redact}" if then.redact else "",
        f"template {then.template}" if then.template else "",
        "two people approve" if then.second_approver else "",
        f"tags {', '.join(then.tags)}" if then.tags else "",
        f"tell {', '.join(then.notify)}" if then.notify else "",
    ]
    return "  ·  ".join(part for part in said if part)


def _pages(rules: int, page: int) -> list[Json]:
    if rules <= PAGE:
        return []
    last = (rules - 1) // PAGE
    back = [kit.button("Back", f"{ids.POLICY_PAGE}.{page - 1}", str(page - 1))] if page else []
    on = [kit.button("More", f"{ids.POLICY_PAGE}.{page + 1}", str(page + 1))] if page < last else []
    return [kit.actions(*back, *on), kit.context(kit.plain(f"Page {page + 1} of {last + 1}"))]


def _version(version: Version, now: InForce) -> Iterator[Json]:
    held = version.id == now.version.id
    mark = (
        "✅ in force" if held else {"published": "was in force", "proposed": "🟡 waits for approval", "refused": "✖️ refused"}[version.state]
    )
    by = f", {version.state} by {version.decided_by}" if version.decided_by else ""
    who, why = one_line(version.author.name, 60), one_line(version.why, 150) or "no reason given"
    first = f"*Version {version.id}*  ·  {mark}  ·  {stamp(version.made_at)}"
    text = f"{first}\n{escape(f'{who}{by}: {why}')}\n{escape(_what(version))}"
    back = kit.button("Roll back to this", f"{ids.POLICY_ROLLBACK}.{version.id}", str(version.id), "danger")
    sure = f"Version {version.id} decides every mail from then on. Version {now.version.id} stays in the history."
    asked = kit.confirmed(back, f"Back to version {version.id}?", sure, "Roll back")
    match version.state:
        case "published":
            button = None if held else asked
        case "proposed":
            button = _look(version)
        case "refused":
            button = None
    yield kit.section(kit.mrkdwn(text), button)


def _what(version: Version) -> str:
    """What it changed, in a few words."""
    if version.parent is None:
        return "the first version"
    places = ", ".join(change.place for change in version.changes[:4]) or "nothing but the files' layout"
    more = f" and {len(version.changes) - 4} more" if len(version.changes) > 4 else ""
    return f"{clip(places, CONDITION_TEXT)}{more}; {'can only lower routes' if version.only_lowers else 'may raise routes or change texts'}"


def _too_long(name: str, length: int) -> Json:
    told = f'The rule "{name}" has {count(length, "character")}; Slack holds {LONGEST:,} in a field.'
    how = "Change it in the files, then publish them: triage policy export, triage policy publish."
    return kit.modal("Edit the rule", ids.NOTICE_VIEW, [kit.section(kit.plain(told)), kit.section(kit.plain(how))])
