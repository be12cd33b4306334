"""The lexicons of pipeline/weighty.py and pipeline/faithful.py, in English, German, French and Spanish."""

import unicodedata


def folded(text: str) -> str:
    """Lower case without accents, so that "Réduction" and "reduction" are one word; ß is ss."""
    if text.isascii():
        return text.lower()
    return "".join(char for char in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(char))


def _listed(text: str) -> frozenset[str]:
    return frozenset(folded(text).split())


NUMBERS = _listed(
    """
    zero two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen
    twenty fourth fifth sixth seventh eighth ninth tenth twentieth thirty forty fifty sixty seventy eighty ninety hundred hundreds
    thousand thousands million millions billion dozen dozens half halves third thirds quarter quarters double doubles triple twice
    thrice percent per cent pct first second couple pair score null zwei zwo drei vier fünf sechs sieben acht neun zehn elf zwölf
    dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig
    hundert tausend millionen milliarde dutzend halb halbe halben hälfte drittel viertel doppelt doppelte dreifach zweimal dreimal
    prozent erste ersten zweite zweiten dritte dritten paar zéro deux trois quatre cinq sept huit neuf dix onze douze treize
    quatorze quinze seize vingt trente quarante cinquante soixante septante octante nonante cents mille millier milliers moitié
    demi demie tiers quart douzaine pourcent premier première deuxième troisième cero dos tres cuatro cinco seis siete ocho nueve
    diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve veinte veintiuno treinta cuarenta cincuenta
    sesenta setenta ochenta noventa cien ciento cientos doscientos mil miles millón millones docena mitad medio media tercio
    cuarto doble primero primera segundo segunda tercero par
    """
)
"""Numbers written as words."""

COMMITTING_STEMS = _listed(
    """
    discount refund reimburs guarant warrant compensat free gift bonus voucher coupon promo deal bargain cheap lowest pric cost
    payment charge credit rebate offer waive promis assur commit agree accept approv immediate instant today tonight tomorrow
    yesterday hour minute week month year midnight noon deadline priorit forever always lifetime unlimited upgrade trial liab
    dollar euro pound pence sterling franc bucks monday tuesday wednesday thursday friday saturday sunday january february april
    august september october november december rabatt erstatt rückerstatt kostenlos kostenfrei gratis gutschein gutschrift
    schadenersatz haft geschenk angebot anbiet preis kosten kostet zahl bezahl gebühr günstig billig versprech verspr zusage
    zusich sofort umgehend heute morgen gestern stunde tage woche monat jahr immer unbegrenzt vorrang montag dienstag mittwoch
    donnerstag freitag samstag sonntag remise rembours gratuit dédommag cadeau offr offert coût rabais réduction promet immédiat
    aujourd demain heure semaine année toujours illimité lundi mardi mercredi jeudi vendredi samedi dimanche descuento reembols
    devoluci regal ofert ofrec precio cuesta tarifa cuota rebaj inmediat mañana hora minuto semana siempre ilimitad indemni lunes
    martes miércoles jueves viernes sábado domingo passwor passwör passcode bank account bitcoin crypto wallet login logon
    credential click download install attach call phone mobile whatsapp telegram lawyer legal lawsuit court contract delet eras
    http html link invoice overdue secret confidential verif authoris authoriz wiring transfer konto überweis karte anruf telefon
    anwalt recht gericht vertrag lösch anhang klick herunterlad rechnung geheim compte banque virement carte appel téléphon avocat
    jurid tribunal contrat supprim cliqu télécharg factur contraseñ cuenta banco tarjet llam teléfon abogad elimin borr adjunt
    pulse descarg
    """
)
"""How words begin that promise, name a time or money, or ask for what frauds ask for."""

COMMITTING = _listed(
    """
    ceo cfo coo pay pays paid paying fee fees day days asap sla yen tag tagen tages jour jours mois ans hoy ayer mes meses año años día días
    prix frais pago pagar paga clic pin pins iban bic swift wire wires wired card cards sue dot punkt punto point com net org www
    url mot
    """
)
"""The same as whole words, where their beginning says nothing."""

OPENERS = _listed(
    """
    about have has had been were will from into them their more some than then very well i we you your our it this that these
    those they please thanks thank if to for in on as at so and but with once should could would can may just here there what
    which who whom how do does is are my feel let also meanwhile until when while since one any everything whether wir sie ihr
    ihre ihnen uns unser unsere es das dies diese dieser bitte danke vielen herzlichen wenn falls um für im an am auf mit bis und
    hier dort dazu damit dann gern gerne was welche wer wie ob der die den dem ein eine einer unter bei zur zum lieber sollte
    sollten möchten können nous vous votre vos notre nos il elle ce cela cette ces c merci si pour dans en sur avec à au aux et
    ici voici quand que qui quoi comment l le la les un une d de des du s afin dès selon toute tous n ne su sus nuestro nuestra lo
    se esto este esta estos estas gracias por para con a al y aquí allí cuando quien qué cómo el los las una unas unos del
    cualquier puede también mientras no
    """
)
"""Everyday words, with which sentences begin and which say little."""

KIND = _listed(
    """
    thank thanks please glad happy pleas sorry kind welc appr hear lett know mess mail ques repl answ than writ soon help danke
    dank bitt gern freu herz nach frag antw meld hilf verf schr merci beau vous plai avec heur serv cord répo écri grac favo amab
    mens resp preg escr ayud gust
    """
)
"""How words of politeness begin."""
