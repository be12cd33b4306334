"""Letters as an honest model would reword them, sentence by sentence."""

import json
from collections.abc import Sequence

from pipeline.case import CaseId, Draft
from pipeline.email import RedactedEmail
from tests.pipeline.letters import mail
from tests.pipeline.test_draft import written

UNREDACTED = RedactedEmail("Map", "The map does not load any more.", "en", (), ())

HONEST: dict[tuple[str, str], Sequence[str]] = {
    ("support", "en"): (
        "Thanks for letting us know about the trouble with the map.",
        "Our support team has your message as case {case_id}, and one of us will get back to you {eta}.",
        "It would help us if you could reply with what you were doing just before it happened, which device or browser you used, and a"
        " screenshot if you have one.",
        "Meanwhile, you may find an answer on these pages:",
        "You can see here whether something is down for everybody: {status_page}",
    ),
    ("scheduling", "de"): (
        "Danke für Ihre Nachricht.",
        "Wir würden gern mit Ihnen sprechen.",
        "Am schnellsten geht es, wenn Sie hier einen Termin wählen, die Einladung kommt dann sofort:",
        "Falls dort nichts passt, schreiben Sie uns einfach zwei Zeitfenster, die Ihnen recht sind, und Ihre Zeitzone.",
        "Wir bestätigen Ihnen {eta} eines davon.",
    ),
    ("job_application", "fr"): (
        "Merci pour l'intérêt que vous portez à notre entreprise.",
        "Votre message est bien arrivé entre les mains des personnes qui recrutent chez {company}.",
        "Elles lisent elles-mêmes chaque candidature et vous répondront {eta}.",
        "Vous trouverez ici les postes ouverts en ce moment, et la possibilité de les exercer à distance : {careers}",
    ),
    ("referral", "es"): (
        "Gracias por pensar en {company}.",
        "De las colaboraciones se encarga un pequeño equipo propio, y son las personas adecuadas: {partnerships}",
        "Escríbales unas líneas sobre quiénes son ustedes, con quién trabajan y qué tienen en mente.",
        "Lo leen todo personalmente y responden {eta}.",
    ),
    ("pricing", "en"): (
        "Thank you for your question.",
        "Here are our plans:",
        "If you let us know how many people would use it and what matters most, we will say which plan we would choose in your place.",
        "If you would rather talk it through, just pick a time here: {booking_link}",
    ),
    ("cancellation", "en"): (
        "Thanks for telling us.",
        "We are sorry that you are leaving, and we will not make it hard for you.",
        "One of us is looking at your contract as case {case_id}.",
        "You will hear {eta} when the change takes effect and what it means for your payments.",
        "Until then nothing changes: your data stays yours, and everybody can keep working.",
        "At any time you can export your customers and jobs under Settings > Export.",
        "If there is one thing we should have done better, we would be grateful for a line about it.",
    ),
}


def letter(intent: str = "support", language: str = "en") -> Draft:
    return written(mail(language=language), intent, language, CaseId(7))


def answer(sentences: Sequence[str]) -> str:
    """What a model would answer: each sentence stands for one of the letter's."""
    return json.dumps({"s": sentences}, ensure_ascii=False)
