"""Forgers with a domain of their own, authenticated as such, who hope to be taken for somebody else."""

from tests.spoofing.cases import Forgery
from tests.spoofing.forge import PROVIDER, mail, vouched

DOMAINS = {
    "a Cyrillic o": "nоrdlift.example",
    "Cyrillic all through": "погdlift.example",
    "a Greek omicron": "nοrdlift.example",
    "a dotless i": "nordlıft.example",
    "an accent": "nordlíft.example",
    "a stroke": "nørdlift.example",
    "a digit for o": "n0rdlift.example",
    "a digit for i": "nordl1ft.example",
    "a digit for l": "nord1ift.example",
    "two letters for m": "custorner.example",
    "l for i": "nordllft.example",
    "two v for w": "northvvind.example",
    "cl for d": "norcllift.example",
    "a hyphen": "nord-lift.example",
    "a word behind": "nordlift-billing.example",
    "a word before": "pay-nordlift.example",
    "a word joined": "nordliftpayments.example",
    "another top level": "nordlift.test",
    "a country's second level": "nordlift.co.test",
    "a name below another": "nordlift.evil.test",
    "the whole below another": "nordlift.example.evil.test",
    "the dot as a hyphen": "nordlift-example.test",
    "a letter left out": "nordlft.example",
    "a letter doubled": "norddlift.example",
    "two letters swapped": "nordlitf.example",
    "a letter replaced": "nordlint.example",
    "ourselves with a digit": "1arkspur.example",
    "ourselves with a word": "larkspur-support.example",
    "ourselves at another top level": "larkspur.test",
    "scripts mixed": "bаnk.test",
}
NAMES = {
    "a named customer's name": "Ingrid Solberg",
    "the name turned round": "Solberg, Ingrid",
    "the name in capitals": "INGRID SOLBERG",
    "the name with a title": "Ingrid Solberg (CEO)",
    "the name with a Cyrillic letter": "Ingrіd Solberg",
    "the name with an accent": "Íngrid Solberg",
}
CHANGES = {
    "English": "Our bank details have changed, please use the new IBAN from now on.",
    "German": "Bitte beachten Sie unsere neue Bankverbindung für alle künftigen Rechnungen.",
    "German, the other way round": "Unsere Kontoverbindung hat sich geändert.",
    "French": "Veuillez noter que notre RIB a été modifié.",
    "French, the other way round": "Voici nos nouvelles coordonnées bancaires.",
    "Spanish": "Le informamos de que hemos cambiado nuestra cuenta bancaria.",
    "Italian": "Vi comunichiamo le nostre nuove coordinate bancarie.",
    "Portuguese": "Informamos que os nossos dados bancários foram alterados.",
    "Dutch": "Ons rekeningnummer is gewijzigd, gebruik voortaan de nieuwe IBAN.",
}
PAYMENTS = {
    "English": "Please arrange a wire transfer for this invoice.",
    "German": "Bitte überweisen Sie den Betrag noch heute.",
    "French": "Merci de faire le virement pour cette facture impayée.",
    "Spanish": "Necesito una transferencia, es una factura vencida.",
    "Italian": "Serve un bonifico per la fattura scaduta.",
    "Portuguese": "Por favor faça a transferência ainda hoje.",
    "Dutch": "Kunt u het bedrag overmaken?",
}


def ascii_domain(domain: str) -> str:
    """The domain as it travels: labels beyond ASCII in punycode, whatever a registry would say of them."""
    labels = (label if label.isascii() else "xn--" + label.encode("punycode").decode() for label in domain.split("."))
    return ".".join(labels)


def played() -> list[Forgery]:
    """Everything that authentication alone lets through."""
    return [*_domains(), *_names(), *_answers(), *_money()]


def _authenticated(name: str, sender: str, domain: str, caution: str, text: str = "", more: str = "") -> Forgery:
    raw = mail(sender, top=vouched(domain), more=more, **({"text": text} if text else {}))
    return Forgery(name, raw, dkim="off", ids=frozenset((PROVIDER,)), own=domain, caution=caution)


def _domains() -> list[Forgery]:
    found = []
    for name, domain in DOMAINS.items():
        written = ascii_domain(domain)
        caution = "mixed_scripts" if name == "scripts mixed" else "lookalike_domain"
        found.append(_authenticated(f"the domain: {name}", f"Ingrid <ingrid@{written}>", written, caution))
    return found


def _names() -> list[Forgery]:
    encoded = {name: f"=?utf-8?q?{''.join(f'={byte:02X}' for byte in shown.encode())}?=" for name, shown in NAMES.items()}
    return [_authenticated(f"the name: {name}", f"{shown} <a@evil.test>", "evil.test", "display_name") for name, shown in encoded.items()]


def _answers() -> list[Forgery]:
    to = {
        "elsewhere": ("b@other.test", "reply_to_differs"),
        "to a lookalike": ("b@n0rdlift.example", "lookalike_domain"),
        "to two": ("a@evil.test, b@evil.test", "several_reply_to"),
        "to the sender and elsewhere": ("a@evil.test, b@other.test", "reply_to_differs"),
        "to the played one": ("ingrid.solberg@nordlift.example", "reply_to_differs"),
    }
    found = [
        _authenticated(f"answers {name}", "A <a@evil.test>", "evil.test", caution, more=f"Reply-To: {line}\r\n")
        for name, (line, caution) in to.items()
    ]
    twice = "Reply-To: a@evil.test\r\nReply-To: b@evil.test\r\n"
    sender = "Sender: Ingrid <ingrid.solberg@nordlift.example>\r\n"
    return [
        *found,
        _authenticated("two Reply-To headers", "A <a@evil.test>", "evil.test", "several_headers", more=twice),
        _authenticated("a Sender of somebody else", "A <a@evil.test>", "evil.test", "sender_differs", more=sender),
    ]


def _money() -> list[Forgery]:
    changes = [
        _authenticated(f"a payment change: {n}", "A <a@evil.test>", "evil.test", "payment_change", text) for n, text in CHANGES.items()
    ]
    first = "first_contact_about_payment"
    return changes + [_authenticated(f"a first payment: {n}", "A <a@evil.test>", "evil.test", first, text) for n, text in PAYMENTS.items()]
