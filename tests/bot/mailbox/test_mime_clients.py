"""What mail programs put below an answer, in twelve languages: none of it is the author's."""

import pytest

from bot.mailbox.quotes import Parted, newest, parted

US = "Us Ltd <us@us.example>"
GMAIL = {
    "en": f"On Mon, Mar 2, 2026 at 10:00 AM {US} wrote:",
    "de": f"Am Mo., 2. März 2026 um 10:00 Uhr schrieb {US}:",
    "fr": f"Le lun. 2 mars 2026 à 10:00, {US} a écrit :",
    "es": "El lun, 2 mar 2026 a las 10:00, Us Ltd (<us@us.example>) escribió:",
    "it": f"Il giorno lun 2 mar 2026 alle ore 10:00 {US} ha scritto:",
    "pt": f"Em seg., 2 de mar. de 2026 às 10:00, {US} escreveu:",
    "pt-PT": f"{US} escreveu (segunda, 2/03/2026 à(s) 10:00):",
    "nl": f"Op ma 2 mrt 2026 om 10:00 schreef {US}:",
    "pl": f"pon., 2 mar 2026 o 10:00 {US} napisał(a):",
    "ru": f"пн, 2 мар. 2026 г. в 10:00, {US}:",
    "sv": f"Den mån 2 mars 2026 kl 10:00 skrev {US}:",
    "zh": f"{US} 于2026年3月2日周一 10:00写道：",
    "zh-TW": f"{US} 於 2026年3月2日 週一 上午10:00寫道：",
    "ja": f"2026年3月2日(月) 10:00 {US}:",
}
APPLE = {
    "en": f"On 2 Mar 2026, at 10:00, {US} wrote:",
    "de": f"Am 02.03.2026 um 10:00 schrieb {US}:",
    "fr": f"Le 2 mars 2026 à 10:00, {US} a écrit :",
    "es": f"El 2 mar 2026, a las 10:00, {US} escribió:",
    "it": f"Il giorno 2 mar 2026, alle ore 10:00, {US} ha scritto:",
    "pt": f"No dia 2 de mar. de 2026, às 10:00, {US} escreveu:",
    "nl": f"Op 2 mrt 2026, om 10:00 heeft {US} het volgende geschreven:",
    "pl": f"Wiadomość napisana przez {US} w dniu 2 mar 2026, o godz. 10:00:",
    "ru": f"2 марта 2026 г., в 10:00, {US} написал(а):",
    "sv": f"2 mars 2026 kl. 10:00 skrev {US}:",
    "zh": f"2026年3月2日 10:00，{US} 写道：",
    "ja": f"2026/03/02 10:00、{US}のメール：",
}
THUNDERBIRD = {
    "en": "On 3/2/26 10:00, Us Ltd wrote:",
    "de": "Am 02.03.26 um 10:00 schrieb Us Ltd:",
    "fr": "Le 02/03/2026 à 10:00, Us Ltd a écrit :",
    "es": "El 2/3/26 a las 10:00, Us Ltd escribió:",
    "it": "Il 02/03/26 10:00, Us Ltd ha scritto:",
    "pt": "Em 02/03/2026 10:00, Us Ltd escreveu:",
    "nl": "Op 02-03-2026 om 10:00 schreef Us Ltd:",
    "pl": "W dniu 2.03.2026 o 10:00, Us Ltd pisze:",
    "ru": "02.03.2026 10:00, Us Ltd пишет:",
    "sv": "Den 2026-03-02 kl. 10:00, skrev Us Ltd:",
    "zh": "在 2026/3/2 10:00, Us Ltd 写道:",
    "ja": "On 2026/03/02 10:00, Us Ltd wrote:",
}
OUTLOOK = {
    "en": f"From: {US}\nSent: Monday, March 2, 2026 10:00\nTo: Ann\nSubject: Order",
    "de": f"Von: {US}\nGesendet: Montag, 2. März 2026 10:00\nAn: Ann\nBetreff: Bestellung",
    "fr": f"De : {US}\nEnvoyé : lundi 2 mars 2026 10:00\nÀ : Ann\nObjet : Commande",
    "es": f"De: {US}\nEnviado el: lunes, 2 de marzo de 2026 10:00\nPara: Ann\nAsunto: Pedido",
    "it": f"Da: {US}\nInviato: lunedì 2 marzo 2026 10:00\nA: Ann\nOggetto: Ordine",
    "pt": f"De: {US}\nEnviada em: segunda-feira, 2 de março de 2026 10:00\nPara: Ann\nAssunto: Pedido",
    "nl": f"Van: {US}\nVerzonden: maandag 2 maart 2026 10:00\nAan: Ann\nOnderwerp: Bestelling",
    "pl": f"Od: {US}\nWysłane: poniedziałek, 2 marca 2026 10:00\nDo: Ann\nTemat: Zamówienie",
    "ru": f"От: {US}\nОтправлено: 2 марта 2026 г. 10:00\nКому: Ann\nТема: Заказ",
    "sv": f"Från: {US}\nSkickat: den 2 mars 2026 10:00\nTill: Ann\nÄmne: Beställning",
    "zh": f"发件人: {US}\n发送时间: 2026年3月2日 10:00\n收件人: Ann\n主题: 订单",
    "ja": f"差出人: {US}\n送信日時: 2026年3月2日 10:00\n宛先: Ann\n件名: 注文",
}
ANSWERS = {
    "en": "Thanks, that works.", "de": "Danke, das passt.", "fr": "Merci, c'est bon.", "es": "Gracias, funciona.", "it": "Grazie, va bene.",
    "pt": "Obrigada, funciona.", "pt-PT": "Obrigada, funciona.", "nl": "Bedankt, dat werkt.", "pl": "Dziękuję, działa.",
    "ru": "Спасибо, всё работает.", "sv": "Tack, det fungerar.", "zh": "谢谢，可以了。", "zh-TW": "謝謝，可以了。",
    "ja": "ありがとうございます。動きました。",
}  # fmt: skip
FORMS = [
    pytest.param(language, form, id=f"{client} {language}")
    for client, forms in (("gmail", GMAIL), ("apple", APPLE), ("thunderbird", THUNDERBIRD), ("outlook", OUTLOOK))
    for language, form in forms.items()
]
FORWARDS = {
    "gmail en": f"---------- Forwarded message ---------\nFrom: {US}\nDate: Mon, Mar 2, 2026 at 10:00 AM\nSubject: Order",
    "gmail de": f"---------- Forwarded message ---------\nVon: {US}\nDate: Mo., 2. März 2026 um 10:00 Uhr\nSubject: Order",
    "gmail fr": f"---------- Message transféré ---------\nDe : {US}\nDate: lun. 2 mars 2026 à 10:00",
    "gmail zh": f"---------- 转发的邮件 ---------\n发件人：{US}\n日期：2026年3月2日",
    "apple en": f"Begin forwarded message:\n\nFrom: {US}",
    "apple de": f"Anfang der weitergeleiteten Nachricht:\n\nVon: {US}",
    "apple fr": f"Début du message réexpédié :\n\nDe: {US}",
    "apple es": f"Inicio del mensaje reenviado:\n\nDe: {US}",
    "apple it": f"Inizio messaggio inoltrato:\n\nDa: {US}",
    "apple pt": f"Início da mensagem reencaminhada:\n\nDe: {US}",
    "apple nl": f"Begin doorgestuurd bericht:\n\nVan: {US}",
    "apple pl": f"Początek przekazywanej wiadomości:\n\nOd: {US}",
    "apple ru": f"Начало переадресованного сообщения:\n\nОт: {US}",
    "apple sv": f"Vidarebefordrat brev:\n\nFrån: {US}",
    "apple zh": f"下面是被转发的邮件：\n\n发件人: {US}",
    "apple ja": f"転送されたメッセージ：\n\n差出人: {US}",
    "thunderbird en": f"-------- Forwarded Message --------\nSubject: Order\nDate: Mon, 2 Mar 2026\nFrom: {US}",
    "thunderbird de": f"-------- Weitergeleitete Nachricht --------\nBetreff: Bestellung\nVon: {US}",
    "thunderbird es": f"-------- Mensaje reenviado --------\nAsunto: Pedido\nDe: {US}",
    "thunderbird it": f"-------- Messaggio inoltrato --------\nOggetto: Ordine\nMittente: {US}",
    "thunderbird pt": f"-------- Mensagem encaminhada --------\nAssunto: Pedido\nDe: {US}",
    "thunderbird nl": f"-------- Doorgestuurd bericht --------\nOnderwerp: Bestelling\nVan: {US}",
    "thunderbird pl": f"-------- Treść przekazanej wiadomości --------\nTemat: Zamówienie\nOd: {US}",
    "thunderbird ru": f"-------- Перенаправленное сообщение --------\nТема: Заказ\nОт: {US}",
    "thunderbird sv": f"-------- Vidarebefordrat meddelande --------\nÄmne: Beställning\nFrån: {US}",
    "thunderbird zh": f"-------- 转发的消息 --------\n主题: 订单\n发件人: {US}",
}  # fmt: skip
DEVICES = [
    "Sent from my iPhone", "Von meinem iPhone gesendet", "Envoyé de mon iPhone", "Enviado desde mi iPhone", "Inviato da iPhone",
    "Enviado do meu iPhone", "Verstuurd vanaf mijn iPhone", "Wysłane z iPhone’a", "Отправлено с iPhone", "Skickat från min iPhone",
    "发自我的iPhone", "從我的 iPhone 傳送", "iPhoneから送信", "Get Outlook for Android<https://aka.ms/x>", "Outlook für iOS herunterladen",
    "Télécharger Outlook pour iOS", "Obtener Outlook para Android", "Ottieni Outlook per iOS", "Obter o Outlook para iOS",
    "Outlook voor iOS downloaden", "Pobierz program Outlook dla systemu iOS", "Скачать Outlook для iOS", "Hämta Outlook för iOS",
    "获取 Outlook for iOS", "Outlook for iOS を入手",
]  # fmt: skip
DISCLAIMERS = {
    "en": "This e-mail and any attachments are confidential and intended solely for the addressee. If you got it in error, delete it.",
    "en notice": "CONFIDENTIALITY NOTICE: The information in this message is privileged. Unauthorised disclosure is prohibited.",
    "de": "Diese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der richtige Adressat sind, vernichten Sie diese Mail.",
    "fr": "Ce message et ses pièces jointes sont confidentiels et destinés à leur destinataire. Reçu par erreur, supprimez-le.",
    "es": "Este mensaje es confidencial y va dirigido a su destinatario. Si lo ha recibido por error, elimínelo.",
    "it": "Questo messaggio contiene informazioni riservate al destinatario. Se ricevuto per errore, vogliate cancellarlo.",
    "pt": "Esta mensagem é confidencial e destina-se apenas ao destinatário. Se a recebeu por engano, elimine-a.",
    "nl": "Dit bericht is vertrouwelijk en uitsluitend bestemd voor de geadresseerde. Ten onrechte ontvangen? Verwijder het.",
    "pl": "Niniejsza wiadomość jest poufna i przeznaczona dla adresata. Jeśli otrzymali ją Państwo omyłkowo, prosimy o jej usunięcie.",
    "ru": "Данное сообщение конфиденциально и предназначено только для адресата. Если вы получили его по ошибке, удалите его.",
    "sv": "Detta meddelande är konfidentiellt och avsett för mottagaren. Om du fått det av misstag, radera det.",
    "zh": "本邮件含有保密信息，仅供指定收件人使用。如果您误收本邮件，请立即删除。",
    "ja": "本メールには機密情報が含まれており、宛先の方のみを対象としています。誤って受信された場合は削除してください。",
}  # fmt: skip


@pytest.mark.parametrize("mark", ["> ", ""])
@pytest.mark.parametrize(("language", "form"), FORMS)
def test_an_answer_is_all_that_stays(language: str, form: str, mark: str) -> None:
    answer = ANSWERS[language]
    assert newest(f"{answer}\n\nAnn\n\n{form}\n\n{mark}{answer[::-1]}\n{mark}12345\n") == f"{answer}\n\nAnn"


@pytest.mark.parametrize("form", FORWARDS.values(), ids=FORWARDS)
@pytest.mark.parametrize("comment", ["", "Please see below, can you help?", "Sent from my iPhone", "-- \nAnn Lee\nShop"])
def test_a_forward_is_told_apart_from_what_was_said_about_it(form: str, comment: str) -> None:
    own = comment if comment.endswith("?") else ""
    assert parted(f"{comment}\n\n{form}\n\nMy order has not come.") == Parted(own, True)


def test_a_mail_passed_on_by_outlook_without_a_word_leaves_nothing_of_its_sender() -> None:
    for form in OUTLOOK.values():
        assert parted(f"\n{form}\n\nMy order has not come.") == Parted("", True)


def test_an_answer_is_no_forward() -> None:
    assert parted(f"Yes.\n\n{GMAIL['en']}\n> Begin forwarded message:\n> x") == Parted("Yes.", False)


@pytest.mark.parametrize("line", DEVICES)
def test_the_line_of_a_device_is_cut(line: str) -> None:
    assert newest(f"Where is it?\n\n{line}") == "Where is it?"


@pytest.mark.parametrize("disclaimer", DISCLAIMERS.values(), ids=DISCLAIMERS)
def test_a_disclaimer_is_cut(disclaimer: str) -> None:
    more = "If you are not the intended recipient, notify us."
    assert newest(f"Where is my order?\n\nAnn\n\n______________\n{disclaimer}\n\n{more}") in ("Where is my order?\n\nAnn",)
    assert newest(f"Where is my order?\n\nAnn\n\n{disclaimer}\n\n{GMAIL['en']}\n> x") == "Where is my order?\n\nAnn"


@pytest.mark.parametrize(
    "text",
    [
        "Hello,\n\nI received this message by mistake, it speaks of a parcel that is not mine.\n\nAnn",
        "Hello,\n\nIs the information in your forms kept confidential?\n\nAnn",
        "Bonjour,\n\nCe message est pour le service des ventes.\n\nAnn",
        "Hallo,\n\ndiese Nachricht kam zurück, ist die Adresse richtig?\n\nAnn",
    ],
)
def test_what_only_sounds_like_a_disclaimer_stays(text: str) -> None:
    assert newest(text) == text
