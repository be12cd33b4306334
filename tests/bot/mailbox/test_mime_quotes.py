"""The newest text of a mail, as its author wrote it."""

import pytest

from bot.mailbox.quotes import Parted, newest, parted

ATTRIBUTIONS = [
    "On Mon, 2 Mar 2026 at 10:00, Us <us@us.example> wrote:",
    "On Mon, 2 Mar 2026 at 10:00, Us <\nus@us.example> wrote:",
    "On Mar 2, 2026, at 10:00 AM, Us <us@us.example>\nwrote:",
    "Am 02.03.2026 um 10:00 schrieb Us <us@us.example>:",
    "Am Mo., 2. März 2026 um 10:00 Uhr schrieb Us <us@us.example>:",
    "Le lun. 2 mars 2026 à 10:00, Us <us@us.example> a écrit :",
    "El lun, 2 mar 2026 a las 10:00, Us (<us@us.example>) escribió:",
    "Em seg., 2 de mar. de 2026 às 10:00, Us <us@us.example> escreveu:",
    "Op ma 2 mrt 2026 om 10:00 schreef Us <us@us.example>:",
    "Il giorno lun 2 mar 2026 alle ore 10:00 Us <us@us.example> ha scritto:",
    "2026-03-02 10:00 GMT+01:00 Us <us@us.example>:",
    "-----Original Message-----\nFrom: Us",
    "-----Ursprüngliche Nachricht-----\nVon: Us",
    "-------- Message d'origine --------\nDe : Us",
    "From: Us <us@us.example>\nSent: Monday, March 2, 2026 10:00\nTo: Ann\nSubject: Order",
    "Von: Us <us@us.example>\nGesendet: Montag, 2. März 2026 10:00\nAn: Ann\nBetreff: Bestellung",
    "________________________________\nDe : Us <us@us.example>\nEnvoyé : lundi 2 mars 2026 10:00\nÀ : Ann\nObjet : Commande",
    "*From:* Us <us@us.example>\n*Sent:* Monday\n*To:* Ann\n*Subject:* Order",
]


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
@pytest.mark.parametrize("mark", ["> ", ""])
def test_what_is_quoted_below_is_cut(attribution: str, mark: str) -> None:
    assert newest(f"Thanks, that works.\n\nAnn\n\n{attribution}\n\n{mark}Hello Ann,\n{mark}try this.\n") == "Thanks, that works.\n\nAnn"


def test_answers_between_quotations_stay() -> None:
    text = "On Mon, 2 Mar 2026 at 10:00, Us <us@us.example> wrote:\n> Which one?\n\nThe red one.\n\n> Which size?\n\nLarge."
    assert newest(text).split("\n\n") == ["The red one.", "Large."]


def test_the_tail_of_a_wrapped_quotation_goes_with_it() -> None:
    quotation = "> a line of a quotation that was so long that a mailer broke it\nin two\n> and more"
    assert newest(f"Yes.\n\nOn 2 Mar 2026 at 10:00, Us <us@us.example> wrote:\n{quotation}") == "Yes."


@pytest.mark.parametrize(
    "tail",
    [
        "-- \nAnn Lee\nShop",
        "Sent from my iPhone",
        "Von meinem iPhone gesendet",
        "Envoyé de mon iPhone",
        "Get Outlook for iOS<https://aka.ms/x>",
    ],
)
def test_signatures_are_cut(tail: str) -> None:
    assert newest(f"Where is it?\n\n{tail}") == "Where is it?"


@pytest.mark.parametrize(
    "text",
    [
        "My Outlook for iOS no longer syncs.\nGet it to work, please.",
        "This message is for Ben: please delete my account.\n\nThis e-mail address is the one to use.",
        "On 5 May my colleague wrote:\nplease cancel it.\nWill you?",
        "From: Berlin\nTo: Paris\nDate: 5 May\n\nCan you book this?",
        "Sent from our warehouse on Monday, the parcel has not come.",
        "Two options:\n- red\n- blue\n\nWhich is cheaper?",
        "My new address:\nMain Street 5\n12345 Town",
        "I ordered on 2 March 2026 at 10:00 and you wrote to ann@shop.example",
    ],
)
def test_ordinary_text_stays_whole(text: str) -> None:
    assert newest(text) == text


HEADS = [
    "----- Original Message -----\nFrom: Us\nSent: Monday\nSubject: Order\n",
    "> -----Original Message-----\n> From: Us [mailto:us@us.example]\n> Sent: Monday\n> Subject: Order",
    "> From: Us <us@us.example>\n> To: ann@shop.example\n> Date: Mon, 2 Mar 2026 10:00\n> Subject: Order\n>",
]


@pytest.mark.parametrize("head", HEADS)
def test_an_answer_below_what_it_quotes_is_found(head: str) -> None:
    assert newest(f"{head}\n> Which one?\n> Tell us.\n\nThe red one.\n\nAnn") == "The red one.\n\nAnn"


@pytest.mark.parametrize("head", HEADS)
def test_a_mail_that_only_quotes_one_passes_it_on(head: str) -> None:
    assert parted(f"{head}\n> Which one?\n> Tell us.\n") == Parted("", True)
