"""What stands before a number and says what it is: an order, a version, a telephone."""

import re

_ORDER = re.compile(
    r"(?<![^\W_])(?:(?:purchase |sales )?orders?|po|bestell\w*|auftrags?\w*|rechnungs?\w*|invoice|ticket|case|ref\w*|imei|meid|serial"
    r"|serien\w*|s/n|tracking|shipment"
    r"|sendungs?\w*|paket\w*|commande|facture|pedido|factura|fatura|encomenda|bestelling|factuur|ordine|fattura|customer|client"
    r"|kunden\w*|article|artikel\w*|sku|isbn|ean"
    r"|upc|asin|vin|part|model|modell|build|release|firmware|version|versión|versione|versie|rev|transaction|booking|reservation"
    r"|confirmation|buchungs?\w*|vorgangs?\w*|quote"
    r"|policy|contract|vertrags?\w*|batch|lot|rma|error|code|issue|pr|bug|v)"
    r"[\s.:#°-]{0,3}(?:id|nr|no|number|nummer|num[ée]ro|número|code|is|ist|was)?[\s.:#°-]{0,4}(?:is|ist)?[ \t]{0,2}[#(]?\Z",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"(?<!\w)(?:id|nr|no|number|nummer|num[ée]ro|número|code)[\s.:#°-]{0,4}\Z", re.IGNORECASE)
_CALL = re.compile(
    r"(?:(?:tele)?phone|telefo\w{0,6}|tel|tél\w{0,6}|mobile?|mobil\w{0,8}|cell|(?:call|text|ring|dial|reach|phone)(?: me| us| him| her"
    r"| them)?(?: back)?(?: on| at| under)?"
    r"|answering at|fax|handy\w*|ruf\w{0,8}|rückruf\w*|erreichbar unter|móvil|celular|portable|telemóvel|cellulare|mobiel|whatsapp"
    r"|signal|sms"
    r"|(?:mon|mein\w{0,2}|mi|mio|meu|mijn) (?:\w+ )?(?:numéro|nummer|número|numero)"
    r"|(?:phone|mobile|contact|cell|fax|callback) (?:number|no|nr)(?: is)?|(?:my|his|her|our|new|their) (?:\w+ )?number(?: is|['’]s)?"
    r"|nummer ist|au|office|direct|hotline|durchwahl)"
    r"[\s.:)#]{0,4}\Z",
    re.IGNORECASE,
)
_CALLED = re.compile(
    r"[ \t]?[-–(,]?[ \t]?(?:office|fax|mobile|cell|phone|home|work|direct|landline|whatsapp|handy|büro|privat|mobil|portable|móvil)\b",
    re.IGNORECASE,
)
_MONEY_BEFORE = re.compile(r"(?:[$€£¥₹]|(?<![A-Za-z])(?:EUR|USD|GBP|CHF|Rs\.?|INR|BRL|R\$))[ \t]?\Z")
_MONEY_AFTER = re.compile(
    r"[.,]?\d{0,2}[ \t]?(?:[$€£¥₹%]|(?:EUR|USD|GBP|CHF|euros?|dollars?|pounds?|pcs|pieces|units|stück|kg|km|mm|cm|mb|gb|ml)\b)",
    re.IGNORECASE,
)
_SAID = re.compile(r"[^\W\d_]|[$€£¥₹]")
_BEFORE = 32


def ordered(text: str, at: int) -> bool:
    """A word before this place says that an order, a version, a serial number follows: it stays."""
    return _ends(_ORDER, text, at)


def numbered(text: str, at: int) -> bool:
    """A word before this place says only that a number follows."""
    return _ends(_NUMBERED, text, at)


def called(text: str, start: int, end: int) -> bool:
    """A word on either side says that one can call it."""
    return _ends(_CALL, text, start) or bool(_CALLED.match(text, end))


def counted(text: str, start: int, end: int) -> bool:
    """A currency or a unit on either side says that it is an amount."""
    return _ends(_MONEY_BEFORE, text, start) or bool(_MONEY_AFTER.match(text, end))


def _ends(word: re.Pattern[str], text: str, at: int) -> bool:
    before = text[max(0, at - _BEFORE) : at]
    return bool(_SAID.search(before) and word.search(before))
