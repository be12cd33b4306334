"""Mail that machines write: bounces, auto-replies, lists, newsletters, notifications (RFC 3834, 3464, 2919, 8058)."""

import re
from collections.abc import Callable, Sequence

from pipeline.email import Automatic, Email

_DAEMON = re.compile(r"mailer[-_.]?daemon|mdaemon|mail\.delivery\.(?:sub)?system|mail-?delivery|ndr")
_POSTMASTER = re.compile(r"\W?postmaster\b|microsoftexchange[0-9a-f]+|\W?system administrator")
_FAILURE = re.compile(
    r"undeliver|deliver\w* (?:has )?(?:status|failure|failed|report|problem|warning|notification|error)|returned mail|returned to sender"
    r"|returning message|non-?delivery|failure (?:notice|delivery)|fail\w* mail|mail (?:\w+ )?(?:failed|failure|error)"
    r"|not (?:be )?delivered"
    r"|could(?:n't| not) be deliver|unzustellbar|nicht zugestellt|zustellung fehlgeschlagen|non remis|échec de (?:la )?remise"
    r"|no se pudo entregar"
    r"|no entregado|não (?:foi )?entregue|mancato recapito|onbestelbaar|niet (?:worden )?bezorgd|не доставлено",
    re.IGNORECASE,
)
_PROTOCOL = re.compile(
    r"(?<!\d)[45]\d\d[ -#]+[45]\.\d\.\d|(?<!\d)55[0-4][ -]|user unknown|unknown user|no such user|mailbox (?:unavailable|full|not found)"
    r"|unknown address|unrouteable|recipient (?:address )?rejected|original message (?:follows|headers)"
    r"|following (?:recipient|address|user)"
    r"|recipient\(?s\)?|permanent (?:fatal )?error|message header",
    re.IGNORECASE,
)
_STATED = re.compile(
    r"\b(?:your|the following|this) (?:e-?mail |mail )?(?:message|mail|e-?mail)\b.{0,60}"
    r"\b(?:could not|couldn't|cannot|can not|was not|has not been|not be) (?:be )?(?:delivered|sent)"
    r"|\bvotre (?:message|courriel) n.a p(?:as|u) (?:pu )?|\bihre (?:nachricht|e-?mail) konnte nicht"
    r"|\bsu mensaje no (?:se )?(?:ha )?(?:pudo|podido)"
    r"|\b(?:suo|tuo) messaggio non (?:è stato|ha potuto|può)|\bsua mensagem não (?:pôde|foi)|\buw bericht (?:kan|kon) niet",
    re.IGNORECASE,
)
_PERSON = re.compile(r"\b(?:I|my|we|our|ich|mein\w*|wir|je|mon|nous|yo|mi|io|mio|eu|meu|ik|mijn)\b|\?", re.IGNORECASE)
_REJECTION = re.compile(r"reject|refused|quota|abgelehnt|refusé|rechazad|rifiutat|rejeitad|geweigerd", re.IGNORECASE)
_DELAY = re.compile(
    r"delay|not yet been delivered|still being retried|warning: message|verzögert|retrasad|en retard|vertraagd|retardé|differ",
    re.IGNORECASE,
)
_AWAY = re.compile(
    r"(?:out of (?:the )?office|automatic reply|auto(?:matic|mated)?[ -]?(?:reply|response|responder)|autoreply|auto:"
    r"|vacation|away from (?:the )?office"
    r""
    r"|abwesenheits\w*|abwesend|automatische (?:antwort|beantwortung)|réponse automatique|absence du bureau|absent du bureau"
    r"|respuesta automática"
    r"|fuera de (?:la )?oficina|resposta automática|ausência|fora do escritório|risposta automatica|fuori sede|automatisch antwoord"
    r"|afwezig\w*"
    r"|autosvar|frånvaro|fravær|automaattinen vastaus|автоответ|odpowiedź automatyczna)\b",
    re.IGNORECASE,
)
_CHALLENGE = re.compile(
    r"(?:please |action required: ?)?(?:confirm|verify) (?:your )?(?:message|e-?mail delivery|that you are (?:human|not))"
    r"|your (?:message|e-?mail) (?:requires|needs) (?:verification|confirmation)|(?:sender|challenge.response) verification",
    re.IGNORECASE,
)
_NO_REPLY = re.compile(r"(?:[\w.-]*[.+-])?(?:no-?_?reply|do-?_?not-?_?reply|notifications?|alerts?|bounces?)(?:[.+-].*)?\Z")


def automatic(email: Email) -> Automatic | None:
    """Which kind of machine wrote this mail and what says so; None for a person, as far as can be told."""
    for look in _LOOKS:
        if found := look(email):
            return found
    return None


def headed(email: Email, name: str) -> str:
    """A header's value in lower case, or nothing."""
    return (email.header(name) or "").strip().lower()


def no_reply(email: Email) -> bool:
    return bool(_NO_REPLY.match(_local(email)))


def nobody_sent(email: Email) -> bool:
    """The null return path, which says: do not answer."""
    return headed(email, "return-path") == "<>"


def list_post(email: Email, own_addresses: frozenset[str]) -> str:
    """The header that shows a mailing list other than our own group address, or nothing."""
    named = " ".join(headed(email, name) for name in ("list-id", "list-post", "mailing-list", "x-mailing-list", "x-beenthere"))
    if any(own in named or own.replace("@", ".") in named for own in own_addresses):
        return ""
    if named.strip():
        return next(n for n in ("list-id", "list-post", "mailing-list", "x-mailing-list", "x-beenthere") if headed(email, n))
    return "precedence" if headed(email, "precedence") == "list" else ""


def bulk(email: Email) -> str:
    """The header that shows mail sent to many at once, or nothing."""
    if headed(email, "precedence") in ("bulk", "junk"):
        return "precedence"
    return next((name for name in ("list-unsubscribe", "list-unsubscribe-post", "x-csa-complaints") if headed(email, name)), "")


def mass_mailing(email: Email, own_addresses: frozenset[str]) -> str:
    """A list's name beside the one-click way out (RFC 8058), which no person's mail program writes; or nothing."""
    return "list-unsubscribe-post" if headed(email, "list-unsubscribe-post") and list_post(email, own_addresses) else ""


def _local(email: Email) -> str:
    return email.sender.address.rpartition("@")[0]


def _reported(email: Email) -> Automatic | None:
    """A report that says so itself (RFC 6522)."""
    kind = headed(email, "content-type")
    if not kind.startswith("multipart/report"):
        return None
    if "feedback-report" in kind or _attached(email, "message/feedback-report"):
        return Automatic("feedback_report", "Content-Type is a feedback report")
    if "disposition-notification" in kind or _attached(email, "message/disposition-notification"):
        if _REJECTION.search(f"{headed(email, 'auto-submitted')} {email.subject}"):
            return Automatic("bounce", "a receipt says that the mail was rejected")
        return Automatic("auto_reply", "Content-Type is a receipt")
    if headed(email, "dsn-action") in ("delayed", "relayed", "delivered", "expanded"):
        return Automatic("delay", f"the delivery report says {headed(email, 'dsn-action')}")
    return Automatic("bounce", "Content-Type is a delivery report")


def _bounced(email: Email) -> Automatic | None:
    """A bounce of an older or odder make: a mail system as its sender and a failure in its words, or signs enough without the first."""
    failing = _FAILURE.search(email.subject) or _FAILURE.search(email.text[:2000])
    daemon = bool(_DAEMON.match(_local(email)))
    system = daemon or bool(_POSTMASTER.match(_local(email))) or not email.sender.address
    unanswerable = nobody_sent(email) or "mailer-daemon" in headed(email, "return-path")
    why = (
        ("X-Failed-Recipients" if headed(email, "x-failed-recipients") else "")
        or ("a delivery report stands in it" if system and _attached(email, "message/delivery-status") else "")
        or ("a mail system is its sender" if daemon else "")
        or ("a mail system speaks of a failed delivery" if failing and (system or unanswerable) else "")
        or ("it says that a mail was not delivered, and nothing else" if _FAILURE.search(email.subject) and _states(email) else "")
        or ("it quotes a failed delivery" if _FAILURE.search(email.subject) and _PROTOCOL.search(email.text[:4000]) and failing else "")
    )
    if not why or (email.in_reply_to and not system and not unanswerable):
        return None
    late = headed(email, "dsn-action") == "delayed" or _DELAY.search(email.subject)
    return Automatic("delay" if late else "bounce", why)


def _states(email: Email) -> bool:
    """Its own words are that a mail could not be delivered, and no person speaks in them."""
    return bool(_STATED.search(email.reply[:300])) and not _PERSON.search(email.reply[:1000])


def _challenged(email: Email) -> Automatic | None:
    """Never by the filter's header alone: its user's own mails carry it too."""
    if headed(email, "x-boxtrapper"):
        return Automatic("challenge", "the X-BoxTrapper header")
    filtered = any(name.startswith("x-tmda-") for name, _ in email.headers)
    machine = filtered or email.in_reply_to or nobody_sent(email) or headed(email, "auto-submitted") not in ("", "no")
    return Automatic("challenge", "its subject asks us to confirm a mail") if machine and _CHALLENGE.match(email.subject) else None


def _replied(email: Email) -> Automatic | None:
    """An auto-reply by its header, or by its subject and one more sign."""
    submitted = headed(email, "auto-submitted")
    if submitted.startswith("auto-replied"):
        return Automatic("auto_reply", "Auto-Submitted: auto-replied")
    if headed(email, "precedence") in ("auto_reply", "auto-reply"):
        return Automatic("auto_reply", "Precedence: auto_reply")
    named = ("x-autoreply", "x-auto-reply", "x-autoreplied", "x-autoreply-from", "x-auto-reply-from", "x-autorespond", "x-autoresponder")
    if header := next((name for name in named if headed(email, name) not in ("", "no", "false")), ""):
        return Automatic("auto_reply", header.title())
    signs = submitted not in ("", "no") or headed(email, "x-auto-response-suppress") or headed(email, "precedence") in ("bulk", "junk")
    if _AWAY.match(email.subject) and (signs or nobody_sent(email)):
        return Automatic("auto_reply", "its subject, and a header that machines set")
    return None


def _notified(email: Email) -> Automatic | None:
    submitted = headed(email, "auto-submitted")
    if submitted not in ("", "no"):
        return Automatic("notification", f"Auto-Submitted: {submitted[:40]}")
    if headed(email, "x-autogenerated") or headed(email, "x-ms-exchange-generated-message-source"):
        return Automatic("notification", "a header that marks generated mail")
    if _AWAY.match(email.subject):
        return Automatic("notification", "its subject, though no header says so")
    return Automatic("notification", f"its sender is {email.sender.address}") if no_reply(email) else None


def _attached(email: Email, media_type: str) -> bool:
    return any(attachment.media_type == media_type for attachment in email.attachments)


_LOOKS: Sequence[Callable[[Email], Automatic | None]] = (_reported, _bounced, _challenged, _replied, _notified)
