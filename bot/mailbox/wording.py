"""How mail programs of many languages announce what the author did not write: quotations, forwards, signatures, disclaimers."""

import re

WROTE = re.compile(
    r"\b(?:wrote|writes|schrieb|schreef|geschreven|écrit|ecrit|escribió|escribio|escreveu|ha scritto|skrev|kirjoitti|napisał(?:\(a\)|a|o)?"
    r"|napisana przez|pisze|написала?|пишет|napsala?|írta|yazdı)(?!\w)"
    r"|写道|寫道|写的|のメール|が書いたメッセージ|書きました",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"[<(\[\"'\s，、,][^\s<>()@，、]{1,80}@[^\s<>()@]{1,120}[>)\]\"']")
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|(?<!\d)\d{1,2}[./-]\d{1,2}[./-]\d{2}(?!\d)")
TIME = re.compile(r"(?<!\d)\d{1,2}[:.]\d\d(?!\d)")

_DASHED_REPLY = (
    r"original (?:message|appointment|e?mail)|reply message|ursprüngliche (?:nachricht|e-?mail)|original-?nachricht"
    r"|message (?:d.origine|original)|mensaje original|mensagem original|messaggio originale|oorspronkelijk bericht"
    r"|oprindelig (?:besked|meddelelse)|opprinnelig melding|ursprungligt meddelande|alkuperäinen viesti"
    r"|wiadomość oryginalna|oryginalna wiadomość|исходное сообщение|原始邮件|原始郵件|元のメッセージ"
)
_DASHED_FORWARD = (
    r"forwarded (?:message|by)|weitergeleitete (?:nachricht|e-?mail)|message transféré|mensaje reenviado|messaggio inoltrato"
    r"|mensagem (?:en|reen)caminhada|doorgestuurd bericht|treść przekazanej wiadomości|przekazana wiadomość|wiadomość przekazana"
    r"|пересылаемое сообщение|перенаправленное сообщение|пересланное сообщение|vidarebefordrat (?:meddelande|mejl|brev)"
    r"|转发的?(?:邮件|消息|郵件)|轉寄的?(?:郵件|訊息)|転送(?:された)?(?:メッセージ|メール)"
)
_BARE_FORWARD = (
    r"begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-?mail)|début du (?:message|e-mail) (?:ré|trans)\w+"
    r"|inicio del mensaje reenviado|inizio messaggio inoltrato|início da mensagem (?:reen|en)caminhada|begin doorgestuurd bericht"
    r"|początek przekazywanej wiadomości|начало переадресованного сообщения|vidarebefordrat (?:brev|mejl)|下面是被转发的邮件|开始转发的邮件"
    r"|以下是轉寄的郵件|転送されたメッセージ|ここから転送されたメール"
)
ORIGINAL = re.compile(rf"\W{{0,3}}-{{2,}}\W{{0,3}}(?:{_DASHED_REPLY})\b", re.IGNORECASE)
FORWARD = re.compile(
    rf"\W{{0,3}}-{{2,}}\W{{0,3}}(?:{_DASHED_FORWARD})\b|[ \t*]{{0,4}}(?:{_BARE_FORWARD})[ \xa0]{{0,2}}[:：]", re.IGNORECASE
)

_FROM = "from|von|de|da|van|od|fra|från|lähettäjä|от|feladó|kimden|发件人|發件人|寄件者|寄件人|差出人|送信者"
_SUBJECT = "subject|betreff|objet|asunto|assunto|oggetto|onderwerp|temat|ämne|emne|aihe|тема|re|主题|主題|主旨|件名"
_OTHER = (
    "sent|date|to|cc|reply-to|gesendet|datum|an|kopie|antwort an|envoyé(?: le)?|à|a|copie à|message du|enviad[oa](?: el| em)?|fecha|para"
    "|data|inviato|verzonden|aan|wysłan[oe]|do|dw|skickat|till|kopia|sendt|dato|til|lähetetty|vastaanottaja|отправлено|дата|кому|копия"
    "|发送时间|发送日期|日期|收件人|抄送|寄件日期|傳送時間|收件者|副本|送信日時|日時|日付|宛先"
)
LABEL = re.compile(rf"[\s*_>]{{0,8}}(?:(?P<from>{_FROM})|(?P<subject>{_SUBJECT})|(?:{_OTHER}))[*_]{{0,2}}[ \xa0]?[:：]", re.IGNORECASE)

_SENT = "sent|diese nachricht wurde|gesendet|envoyé|enviado|inviato|verzonden|verstuurd|wysłan[eo]|skickat|sendt|lähetetty|отправлено"
_BY = "from|via|using|with|von|mit|à partir de|depuis|de|desde|do|da|dal|vanaf|vanuit|met|van|z|från|fra|с"
_THING = (
    r"my|mein\w{0,2}|mon|mi|meu|minha|il mio|mio|mijn|mojego|min|моего|mobile|mail|e-?mail|outlook|yahoo|gmx|web\.de|gmail|iphone|ipad"
    "|android|samsung|galaxy|huawei|blackberry|typeapp|proton ?mail|windows|surface|aol|sparrow|thunderbird|spark|airmail"
)
_GET = (
    "get|télécharge[rz]|obtenir|obtener|obtén|descarga|ottieni|scarica|obter o|transferir o|download|pobierz(?: program)?"
    "|скача(?:ть|йте)|hämta|获取|取得"
)
DEVICE = re.compile(
    rf"\s*(?:(?:{_SENT}) (?:{_BY}) (?:{_THING})\b.{{0,80}}|von meinem .{{1,40}} gesendet.{{0,40}}"
    rf"|(?:{_GET}) ?outlook (?:for|pour|para|per|voor|dla(?: systemu)?|для|för) (?:ios|android|mac).{{0,60}}"
    r"|outlook (?:für|voor) (?:ios|android|mac).{0,60}|outlook for (?:ios|android|mac) ?を入手.{0,60}"
    r"|发自我的.{1,40}|發自我的.{1,40}|从我的 ?.{1,30} ?发送|從我的 ?.{1,30} ?(?:傳送|寄出)"
    r"|.{0,12}(?:iphone|ipad|android|xperia|galaxy)\w{0,8} ?から送信.{0,20})\Z",
    re.IGNORECASE,
)

_THIS = re.compile(
    r"\b(?:this|the (?:information|contents?)|any)\b.{0,60}\b(?:e-?mails?|messages?|transmission|communication)\b"
    r"|\b(?:diese[rs]?|die in dieser|der inhalt dieser)\s.{0,40}(?:e-?mail|nachricht)|\bce(?:t|tte)? (?:message|courriel|e-?mail|courrier)"
    r"|\best[ae] (?:mensaje|correo|e-?mail|mensagem|comunicación)|\bquest[oa] (?:messaggio|e-?mail|comunicazione)"
    r"|\bdit (?:e-?mail)?bericht|\bdeze e-?mail|\b(?:ta|niniejsza|tej) (?:wiadomość|wiadomości|korespondencja)"
    r"|(?:данное|настоящее|это) (?:электронное )?(?:сообщение|письмо)|\b(?:detta|denna) (?:e-?post\w*|meddelande|mejl)"
    r"|(?:本|此)(?:电子|電子)?(?:邮件|郵件|信|メール)|このメール|(?:questo|ricevuto questo) messaggio",
    re.IGNORECASE | re.DOTALL,
)
_SIGNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"confiden[tc]i|privileged|vertraulich|vertrouwelijk|riservat|poufn|конфиденциальн|konfidentiell|sekretess|保密|机密|機密|秘密",
        r"intended|addressee|recipient|named above|bestimmt|adressat|empfänger|destin[ea]t|bestemd|geadresseerde|ontvanger|adresat"
        r"|предназначен|адресат|получател|avse[dt]|mottagare|收件人|收信人|受信者|宛先",
        r"in error|by mistake|irrtümlich|erhalten haben|par erreur|por error|por engano|per errore|ten onrechte|per abuis|omyłkowo"
        r"|przez pomyłkę|по ошибке|av misstag|误|誤|错误",
        r"disclos|unauthori[sz]ed|prohibit|distribut|cop(?:y|ies|ying)\b|delete|destroy|notify|lösch|vernichte|unbefugt|weitergabe|supprim|détrui"
        r"|interdit|prohibid|proibid|elimin|cancell|vietat|divulg|verwijder|verboden|usun|zabronion|удал|запрещ|radera|förbjud|删除|刪除|削除|破棄|禁",
    )
)


def disclaims(paragraph: str) -> bool:
    """It speaks of the mail itself, and in at least two ways as lawyers do."""
    said = paragraph[:2000]
    return bool(_THIS.search(said)) and legal(said) >= 2


def legal(paragraph: str) -> int:
    """How many of the lawyers' ways of speaking stand in it."""
    return sum(bool(sign.search(paragraph[:2000])) for sign in _SIGNS)
