"""The newest text that a mail's author wrote: without quotations, the headers above them, and the signature."""

import re

from bot.mailbox.html import QUOTE

_LONGEST = 300
_WRAPPED = 60

_WROTE = re.compile(
    r"\b(?:wrote|writes|schrieb|schreef|écrit|ecrit|escribió|escribio|escreveu|ha scritto|skrev|kirjoitti|napisał(?:\(a\)|a|o)?"
    r"|написала?|пишет|napsala?|írta|yazdı)(?!\w)",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[<(\[\"'\s][^\s<>()@]{1,80}@[^\s<>()@]{1,120}[>)\]\"']")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|(?<!\d)\d{1,2}[./-]\d{1,2}[./-]\d{2}(?!\d)")
_TIME = re.compile(r"(?<!\d)\d{1,2}[:.]\d\d(?!\d)")

_ORIGINAL = re.compile(
    r"\W{0,3}-{2,}\W{0,3}(?:original (?:message|appointment|e?mail)|forwarded (?:message|by)|reply message"
    r"|(?:ursprüngliche|weitergeleitete) (?:nachricht|e-?mail)|original-?nachricht|message (?:d.origine|original|transféré)"
    r"|mensaje (?:original|reenviado)|mensagem (?:original|encaminhada)|messaggio (?:originale|inoltrato)|oorspronkelijk bericht"
    r"|doorgestuurd bericht|oprindelig (?:besked|meddelelse)|opprinnelig melding|ursprungligt meddelande|alkuperäinen viesti"
    r"|wiadomość oryginalna|oryginalna wiadomość|исходное сообщение|пересылаемое сообщение)\b",
    re.IGNORECASE,
)
_FROM = "from|von|de|da|van|od|fra|från|lähettäjä|от|feladó|kimden"
_SUBJECT = "subject|betreff|objet|asunto|assunto|oggetto|onderwerp|temat|ämne|emne|aihe|тема|re"
_OTHER = (
    "sent|date|to|cc|reply-to|gesendet|datum|an|kopie|envoyé(?: le)?|à|a|copie à|message du|enviado(?: el| em)?|fecha|para|data|inviato"
    "|verzonden|aan|wysłano|do|skickat|till|sendt|dato|til|lähetetty|vastaanottaja|отправлено|дата|кому"
)
_LABEL = re.compile(rf"[\s*_>]{{0,8}}(?:(?P<from>{_FROM})|(?P<subject>{_SUBJECT})|(?:{_OTHER}))[*_]{{0,2}}[ \xa0]?:", re.IGNORECASE)
_SENT = "sent|diese nachricht wurde|gesendet|envoyé|enviado|inviato|verzonden|verstuurd|wysłan[eo]|skickat|sendt|lähetetty|отправлено"
_BY = "from|via|using|with|von|mit|à partir de|depuis|de|desde|do|da|dal|vanaf|vanuit|met|van|z|från|fra|с"
_THING = (
    r"my|mein\w{0,2}|mon|mi|meu|minha|il mio|mio|mijn|mojego|min|моего|mobile|mail|e-?mail|outlook|yahoo|gmx|web\.de|gmail|iphone|ipad"
    "|android|samsung|galaxy|huawei|blackberry|typeapp|proton ?mail|windows|surface|aol|sparrow|thunderbird|spark|airmail"
)
_DEVICE = re.compile(
    rf"\s*(?:(?:{_SENT}) (?:{_BY}) (?:{_THING})\b.{{0,80}}|von meinem .{{1,40}} gesendet.{{0,40}}|get outlook for .{{1,60}}"
    r"|outlook für (?:ios|android) .{0,60}|télécharger outlook pour .{1,60}|obtener outlook para .{1,60})\Z",
    re.IGNORECASE,
)
_RULE = re.compile(r"\s*[_=*—–-]{3,}\s*\Z")


def newest(text: str) -> str:
    """What the author wrote this time; the whole text where everything in it seems quoted (a forwarded mail, say).

    `text` may hold lines that are html.QUOTE: the markup of an HTML mail says that a quotation begins there.
    """
    lines = text.split("\n")
    end = next((at for at in range(len(lines)) if _ends(lines, at)), len(lines))
    own = _without_quotes(lines[:end])
    while own and (not own[-1].strip() or _RULE.match(own[-1])):
        own.pop()
    found = "\n".join(own).strip()
    return found or text.replace(QUOTE, "").strip()


def _ends(lines: list[str], at: int) -> bool:
    """Whether the author's text ends before this line, whatever follows."""
    line = lines[at]
    if line == QUOTE:
        return any(own.strip() for own in lines[:at])
    if line.rstrip() == "--" or (len(line) < _LONGEST and _DEVICE.match(line)):
        return any(own.strip() for own in lines[:at])
    if _ORIGINAL.match(line[:_LONGEST]) or _header_block(lines, at):
        return True
    attributed = _attribution(lines, at)
    return bool(attributed) and not _quoted(_next(lines, at + attributed))


def _without_quotes(lines: list[str]) -> list[str]:
    """Without the lines marked `>`, the lines a mailer wrapped among them, and the attributions above them."""
    own: list[str] = []
    at, cut = 0, False
    while at < len(lines):
        attributed = _attribution(lines, at)
        if attributed or _quoted(lines[at]) or _wrapped(lines, at) or lines[at] == QUOTE:
            at, cut = at + (attributed or 1), True
            continue
        if lines[at].strip() or not cut or (own and own[-1].strip()):
            own.append(lines[at])
            cut = cut and not lines[at].strip()
        at += 1
    return own


def _quoted(line: str) -> bool:
    return line.lstrip().startswith(">") and line.strip() != ">:"


def _wrapped(lines: list[str], at: int) -> bool:
    """A long quoted line's tail that a mailer put on a line of its own."""
    between = 0 < at < len(lines) - 1 and _quoted(lines[at - 1]) and _quoted(lines[at + 1])
    return between and len(lines[at - 1]) >= _WRAPPED and bool(lines[at].strip())


def _next(lines: list[str], at: int) -> str:
    return next((line for line in lines[at : at + 4] if line.strip() and line != QUOTE), "")


def _attribution(lines: list[str], at: int) -> int:
    """How many lines from here say only who wrote what follows (0: none), as in "On 2 May 2024, Eve <eve@x.org> wrote:"."""
    if not lines[at].strip() or _quoted(lines[at]):
        return 0
    said = ""
    for count, line in enumerate(lines[at : at + 3], 1):
        if not line.strip() or _quoted(line) or len(said) + len(line) > _LONGEST:
            return 0
        said = f"{said} {line.strip()}".strip()
        if _says_who(said, _quoted(_next(lines, at + count))):
            return count
        if not any(character.isdigit() for character in said):
            return 0
    return 0


def _says_who(said: str, quoted: bool) -> bool:
    ends = said.endswith((":", ": ")) or bool(_WROTE.search(said[-12:]))
    if not ends or not any(character.isdigit() for character in said):
        return bool(quoted and said.endswith(":") and _WROTE.search(said))
    dated, known = bool(_YEAR.search(said) or _TIME.search(said)), bool(_ADDRESS.search(f" {said} "))
    if _WROTE.search(said):
        return quoted or (dated and (known or bool(_TIME.search(said))))
    return known and dated and bool(_TIME.search(said)) and said.endswith((">:", "):", '":'))


def _header_block(lines: list[str], at: int) -> bool:
    """A run of "From: / Sent: / To: / Subject:" in any of our languages, as Outlook puts above what it quotes."""
    if not _LABEL.match(lines[at][:_LONGEST]):
        return False
    block = lines[at : at + 7]
    block = block[: next((i for i, line in enumerate(block) if not line.strip()), len(block))]
    labels = [label for line in block if (label := _LABEL.match(line[:_LONGEST]))]
    if len(labels) < 3 or not any(label["from"] for label in labels):
        return False
    return any(label["subject"] for label in labels) or any("@" in line or (_YEAR.search(line) and _TIME.search(line)) for line in block)
