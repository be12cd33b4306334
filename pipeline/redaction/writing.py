"""How names are written: capitals, particles, and the words that begin a sentence or a greeting without being one."""

_UPPER = "A-ZÀ-ÖØ-Þ" + "".join(
    letter for letter in map(chr, (*range(0x100, 0x250), *range(0x386, 0x400), *range(0x400, 0x530))) if letter.isupper()
)
CAPITAL = rf"[{_UPPER}][\w'’-]{{0,30}}"
"""One capitalised word."""
_PARTICLE = r"(?:van|von|der|den|de|du|da|das|dos|do|del|della|di|la|le|ten|ter|zu|zur|af|av|bin|al|el|y|e|of)"
SURNAMES = rf"(?:[ \t]+(?:{_PARTICLE}[ \t]+){{0,3}}(?:[{_UPPER}]\.|{CAPITAL})){{0,3}}"
"""What may follow a given name on its line: particles, initials, surnames."""
PERSON = rf"{CAPITAL}{SURNAMES}"

_WORDS = """
the a an and or but for nor so yet if then than that this these those there here who whom whose which what when where why how i you he
she it we they me him her us them my your his its our their mine yours is are was were be been being am do does did done has have had
will would can could shall should may might must not no yes ok okay please thanks thank hi hello hey dear good morning afternoon evening
day days week month year today tomorrow yesterday monday tuesday wednesday thursday friday saturday sunday january february march april
june july august september october november december team support info sales service services help office noreply reply customer
customers mail email account accounts order orders invoice billing payment payments refund shop store news admin desk via sir madam all
everyone everybody folks colleagues from to cc bcc subject re fw fwd sent date regards best kind sincerely cheers truly warm many sorry
unfortunately however also still just since after before during while because although though once until unless maybe perhaps now later
soon again never always often sometimes in on at by with without about under over between into onto off out up down as like per van von
der den inc ltd llc gmbh ag sa bv corp company group limited plc kg die das dem des ein eine einen einem einer und oder aber wenn weil
dass ich du er sie es wir ihr mein meine dein deine sein seine unser unsere ihre bitte danke hallo guten tag morgen abend liebe lieber
sehr geehrte geehrter herr herrn frau damen herren mit freundlichen viele grüße beste gruß für auf aus bei nach seit vom zum zur im um
bestellung rechnung kunde kundin kundenservice lieferung artikel le les un une et ou mais donc car je tu il elle nous vous ils elles mon
ma mes ton ta tes son ses notre votre leur bonjour bonsoir salut merci cordialement cher chère madame monsieur messieurs commande
facture pour avec sans dans sur chez depuis client el los las una unos y o pero yo tú usted ella nosotros mi mis su sus hola buenos
buenas días tardes gracias saludos estimado estimada señor señora señores pedido factura para con sin por desde gli uno e io lui lei noi
voi loro mio mia buongiorno buonasera ciao grazie saluti gentile caro cara signore signora ordine fattura senza olá bom boa dia obrigado
obrigada prezado prezada senhor senhora de het een en maar ik jij hij zij wij mijn jouw zijn haar ons onze geachte heer mevrouw dank
groet groeten met vriendelijke bestelling factuur voor zonder name phone tel fax mobile address website web street road avenue lane
drive suite apt department manager director engineer head chief officer ceo cto cfo vp marketing finance legal product university city
country state number id nr ticket case version serial tracking api app order's whoever someone anyone nobody something anything
everything nothing same other another each every both few more most some such only own very too quite any first second last next new old
great small big long short right wrong free full open closed high low early late dr prof mr mrs ms miss mister click see view read note
attached attachment find check call contact write send get got give take make let use try need want know think feel look seem isn't
don't can't
"""
ORDINARY = frozenset(_WORDS.split())
"""Lower case. Never a name by itself, and never the second part of one."""
