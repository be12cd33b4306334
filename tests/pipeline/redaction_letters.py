"""Letters to measure redaction with: what must go, by type, and what must stay. They were written after the rules."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Letter:
    """`hidden` are (type, first place's words); `stays` are words whose first place must stay."""

    text: str
    hidden: tuple[tuple[str, str], ...]
    stays: tuple[str, ...]


def _letter(text: str, hidden: str, stays: str) -> Letter:
    """`hidden`: lines of `TYPE words`; `stays`: words parted by bars."""
    pairs = tuple((kind, words) for kind, _, words in (line.strip().partition(" ") for line in hidden.strip().splitlines()))
    return Letter(text, pairs, tuple(word.strip() for word in stays.split("|") if word.strip()))


LETTERS = (
    _letter(
        "Hi there,\n\nmy parcel for order #4029357733 still shows as 'in transit'. I ordered on 2024-05-01 and paid $149.90.\n"
        "You can reach me on 07911 123456.\n\nKind regards,\nJoanna Whitlock\njoanna.whitlock@postbox.example",
        "PHONE_NUMBER 07911 123456\nPERSON Joanna Whitlock\nEMAIL_ADDRESS joanna.whitlock@postbox.example",
        "4029357733 | 2024-05-01 | $149.90",
    ),
    _letter(
        "Guten Tag,\n\nmeine Bestellung 300-7788123 vom 03.04.2024 ist nicht angekommen. Bitte rufen Sie mich unter 0171 2345678 an.\n\n"
        "Mit freundlichen Grüßen\nKarl-Heinz Obermeier\nLindenstraße 14, 80331 München",
        "PHONE_NUMBER 0171 2345678\nPERSON Karl-Heinz Obermeier\nADDRESS Lindenstraße 14, 80331 München",
        "300-7788123 | 03.04.2024",
    ),
    _letter(
        "Bonjour,\n\nje m'appelle Océane Lefebvre et ma commande n° 2024-558812 n'est pas arrivée. Mon numéro : 06 12 34 56 78.\n\n"
        "Cordialement,\nOcéane Lefebvre",
        "PERSON Océane Lefebvre\nPHONE_NUMBER 06 12 34 56 78",
        "2024-558812",
    ),
    _letter(
        "Hello,\nafter the update to version 4.12.0.3 the app crashes on my phone (IMEI 356938035643809). Serial no. C02ZX1YZLVCF.\n"
        "Log attached.\n\nThanks\nTobias",
        "PERSON Tobias",
        "4.12.0.3 | 356938035643809 | C02ZX1YZLVCF",
    ),
    _letter(
        "Please change the bank details for invoice INV-2024-0917 to DE89 3704 0044 0532 0130 00. Amount: 1.234,56 "
        "EUR.\n\nBest,\nM. Petrov",
        "IBAN_CODE DE89 3704 0044 0532 0130 00",
        "INV-2024-0917 | 1.234,56 EUR",
    ),
    _letter(
        "I was charged twice on my card 4111 1111 1111 1111 for transaction 88213345 on 12/03/2024. Please refund "
        "39.99.\n\nSincerely,\nDerek O'Hara",
        "CREDIT_CARD 4111 1111 1111 1111\nPERSON Derek O'Hara",
        "88213345 | 12/03/2024 | 39.99",
    ),
    _letter(
        "Hola,\n\nmi nombre es Lucía Fernández Ortega. El pedido 70012345 llegó roto. Mi DNI es 12345678Z y mi teléfono 612 "
        "345 678.\n\nUn saludo,\nLucía",
        "PERSON Lucía Fernández Ortega\nNATIONAL_ID 12345678Z\nPHONE_NUMBER 612 345 678",
        "70012345",
    ),
    _letter(
        "Buongiorno,\nsono Giulia Bianchi, ordine 55-2211. Il mio codice fiscale è RSSMRA85T10A562S.\n\nCordiali saluti,\nGiulia Bianchi",
        "PERSON Giulia Bianchi\nNATIONAL_ID RSSMRA85T10A562S",
        "55-2211",
    ),
    _letter(
        "Beste,\n\nIk wil bestelling 8823-11 retourneren. U kunt mij bellen op 06-12345678.\n\nMet vriendelijke groet,\nSander de Vries",
        "PHONE_NUMBER 06-12345678\nPERSON Sander de Vries",
        "8823-11",
    ),
    _letter(
        "Olá, meu nome é Beatriz Carvalho. O pedido 99120 não chegou. CPF 529.982.247-25.\n\nAtenciosamente,\nBeatriz Carvalho",
        "PERSON Beatriz Carvalho\nNATIONAL_ID 529.982.247-25",
        "99120",
    ),
    _letter(
        "Team,\n\nthe server at 203.0.113.42 rejects our client 2.3.1 with error code 50012. Ticket 778812 has the trace.\n\nCheers\nPriya",
        "IP_ADDRESS 203.0.113.42\nPERSON Priya",
        "2.3.1 | 50012 | 778812",
    ),
    _letter(
        "Dear Ms Okonkwo,\n\nthank you for the demo on 14 March. Could you send the quote Q-10234 again to "
        "procurement@northwind.example?\n\n"
        "Regards,\nHelen Strand\nHead of Procurement\nNorthwind Ltd\nT +44 20 7946 0958",
        "PERSON Ms Okonkwo\nEMAIL_ADDRESS procurement@northwind.example\nPERSON Helen Strand\nPHONE_NUMBER +44 20 7946 0958",
        "14 March | Q-10234",
    ),
    _letter(
        "hi, it's about order 555-123-4567, i still have not got it. call 212-555-0199 after 5pm. thx, mike",
        "PHONE_NUMBER 212-555-0199\nPERSON mike",
        "555-123-4567 | 5pm",
    ),
    _letter(
        "I can't log in. The reset link https://app.example/reset?token=9f8a7b6c5d4e3f2a says expired since 10:45. My user is "
        "dana.scully@fbi.example.",
        "URL https://app.example/reset?token=9f8a7b6c5d4e3f2a\nEMAIL_ADDRESS dana.scully@fbi.example",
        "10:45",
    ),
    _letter(
        "My daughter Emily and my husband Robert Kowalski share the account. Please remove Robert's access by 30 June "
        "2024.\n\nThanks,\nAnna Kowalski",
        "PERSON Emily\nPERSON Robert Kowalski\nPERSON Anna Kowalski",
        "30 June 2024",
    ),
    _letter(
        "Sehr geehrte Damen und Herren,\n\nRechnung 2024/0815 über 89,00 EUR wurde bereits am 12.02.2024 bezahlt. "
        "Kundennummer: 4711-0815.\n\n"
        "Freundliche Grüße\nUlrike Schönfeld",
        "PERSON Ulrike Schönfeld",
        "2024/0815 | 89,00 EUR | 12.02.2024 | 4711-0815",
    ),
    _letter(
        "Hello Support,\n\nplease ship to:\nMarcus Feldman\n221 Harbour Street\nBoston, MA 02110\n\nOrder 1Z999AA10123456784, 3 pieces.",
        "PERSON Marcus Feldman\nADDRESS 221 Harbour Street",
        "1Z999AA10123456784 | 3 pieces",
    ),
    _letter(
        "Our firmware is build 20240501 and the router's address is 2001:db8::8a2e:370:7334. Is v2.0.17 affected by CVE-2024-21413?",
        "IP_ADDRESS 2001:db8::8a2e:370:7334",
        "20240501 | v2.0.17 | CVE-2024-21413",
    ),
    _letter(
        "Bonsoir,\n\nma facture F-88-2024 du 15/01/2024 est fausse : 120 000 € au lieu de 12 000 €. Appelez-moi au 01 23 45 67 "
        "89.\n\nMerci,\nThierry Beaumont",
        "PHONE_NUMBER 01 23 45 67 89\nPERSON Thierry Beaumont",
        "F-88-2024 | 15/01/2024 | 120 000 € | 12 000 €",
    ),
    _letter(
        "Hi Ella,\n\nas discussed with Samuel Adeyemi yesterday, we need 250 licences by Q3 2024. Budget: USD 12,500.\n\nBest "
        "wishes\nNgozi Adeyemi\nwww.adeyemi-partners.example",
        "PERSON Ella\nPERSON Samuel Adeyemi\nPERSON Ngozi Adeyemi\nDOMAIN_NAME www.adeyemi-partners.example",
        "250 licences | Q3 2024 | USD 12,500",
    ),
    _letter(
        "My social security number is 219-09-9999 and my driver's license number is S530-4607-1234. Case 2024-77.\n\nYours "
        "truly,\nWalter Nash",
        "US_SSN 219-09-9999\nUS_DRIVER_LICENSE S530-4607-1234\nPERSON Walter Nash",
        "2024-77",
    ),
    _letter(
        "On Mon, 3 Jun 2024 at 10:14, Claire Dubois <claire@atelier.example> wrote:\n> Ticket 4471 is still open.\n\nAny news?",
        "PERSON Claire Dubois\nEMAIL_ADDRESS claire@atelier.example",
        "3 Jun 2024 | 10:14 | 4471",
    ),
    _letter(
        "Hallo Frau Lindqvist,\n\nanbei die Unterlagen zum Vorgang 77-A-2291. Rückruf bitte an 089 / 12 34 56 78.\n\nViele Grüße\nJens",
        "PERSON Frau Lindqvist\nPHONE_NUMBER 089 / 12 34 56 78\nPERSON Jens",
        "77-A-2291",
    ),
    _letter(
        "We booked room 402 for 2 nights, confirmation 7741990023, 19-21 July 2024, under the name Yusuf Demir. Email: "
        "y.demir@seyahat.example",
        "PERSON Yusuf Demir\nEMAIL_ADDRESS y.demir@seyahat.example",
        "402 | 7741990023 | 19-21 July 2024",
    ),
    _letter(
        "Do you have the ISBN 978-3-16-148410-0 in stock? The part number is 00-1123-8876 and the size 10 x 20 x 30.",
        "",
        "978-3-16-148410-0 | 00-1123-8876 | 10 x 20 x 30",
    ),
    _letter(
        "Hello, this is Fatima Haddad from accounting. Please pay GB29 NWBK 6016 1331 9268 19, reference PO 2024-1188, by 1.7.2024.",
        "PERSON Fatima Haddad\nIBAN_CODE GB29 NWBK 6016 1331 9268 19",
        "2024-1188 | 1.7.2024",
    ),
    _letter(
        "Your colleague Pierre told me that the discount of 15% is valid until 31.12.2024. My customer number is "
        "0012345678.\n\nGreetings\nIngrid Bakke",
        "PERSON Pierre\nPERSON Ingrid Bakke",
        "15% | 31.12.2024 | 0012345678",
    ),
    _letter(
        "Tracking 00340434161094042557 says delivered on 08/11, but nothing came to 12 rue de la Paix, 75002 Paris.\n\nJulien Morel",
        "ADDRESS 12 rue de la Paix, 75002 Paris\nPERSON Julien Morel",
        "00340434161094042557 | 08/11",
    ),
    _letter(
        "Subject says it all: NullPointerException in com.acme.Billing:214 since release 2024.06.1, JDK 17.0.11. Contact me: "
        "sven.holm@fjord.example / +47 912 34 567",
        "EMAIL_ADDRESS sven.holm@fjord.example\nPHONE_NUMBER +47 912 34 567",
        "2024.06.1 | 17.0.11",
    ),
    _letter(
        "Dear Sir or Madam,\n\nI act for Mr. Gregory Pike in the matter 24/CV/00318. Please reply to our office, 5 Temple "
        "Lane, London, EC4Y 7HL.\n\n"
        "Yours faithfully,\nRosalind Achebe",
        "PERSON Mr. Gregory Pike\nADDRESS 5 Temple Lane, London, EC4Y 7HL\nPERSON Rosalind Achebe",
        "24/CV/00318",
    ),
    _letter(
        "Liebes Team,\n\nmeine Steuer-ID: 65 929 970 489 und IBAN AT61 1904 3002 3457 3201 für die Rückzahlung von 49,90 "
        "€.\n\nLG\nMatthias Huber",
        "NATIONAL_ID 65 929 970 489\nIBAN_CODE AT61 1904 3002 3457 3201\nPERSON Matthias Huber",
        "49,90 €",
    ),
    _letter(
        "Can we meet on Tuesday at 14:30 or 2024-06-18T09:00? Zhang Wei and Ming Zhao will join from our side.\n\nCheers,\nZhang Wei",
        "PERSON Zhang Wei\nPERSON Ming Zhao",
        "14:30 | 2024-06-18T09:00",
    ),
    _letter(
        "RMA 20240611-03: the unit (S/N 8829-1123-4471) was returned. Amex 3782 822463 10005 was charged 1,299.00 USD.\n\nKind "
        "regards\nOlivia Grant",
        "CREDIT_CARD 3782 822463 10005\nPERSON Olivia Grant",
        "20240611-03 | 8829-1123-4471 | 1,299.00 USD",
    ),
    _letter(
        "Estimados señores:\n\nLa factura 2024-A-113 por 1.500 € está pendiente. Contacto: Sra. Carmen Ibáñez, 91 123 45 67, "
        "Calle Mayor 12.\n\nSaludos,\nCarmen Ibáñez",
        "PERSON Sra. Carmen Ibáñez\nPHONE_NUMBER 91 123 45 67\nADDRESS Calle Mayor 12",
        "2024-A-113 | 1.500 €",
    ),
    _letter(
        "FYI: NHS number 943 476 5919 was in the export of batch 2024-W23. National insurance number QQ 12 34 56 C too. Ask "
        "Gareth Llewellyn.",
        "NATIONAL_ID 943 476 5919\nPERSON Gareth Llewellyn",
        "2024-W23",
    ),
    _letter(
        "May I ask whether June delivery is possible? Will it cost more than 20 EUR? Order 12-88.\n\nHope to hear from you,\nGrace Kim",
        "PERSON Grace Kim",
        "June | 20 EUR | 12-88",
    ),
    _letter(
        "Please add Thandiwe Mokoena (thandiwe@ubuntu.example) and remove Bjarne Sørensen from plan Pro 2024, seats 25 to 30.",
        "PERSON Thandiwe Mokoena\nEMAIL_ADDRESS thandiwe@ubuntu.example\nPERSON Bjarne Sørensen",
        "Pro 2024 | 25 | 30",
    ),
    _letter(
        "Error 0x80070005 on Windows 11 23H2 (OS build 22631.3593). Repro: https://docs.example/kb/10442?page=2\n\n-- \nPiotr "
        "Zieliński | piotr@praca.example | +48 601 234 567",
        "PERSON Piotr Zieliński\nEMAIL_ADDRESS piotr@praca.example\nPHONE_NUMBER +48 601 234 567",
        "0x80070005 | 22631.3593 | https://docs.example/kb/10442?page=2",
    ),
    _letter(
        "Hej,\n\nmin ordre 44-118 mangler. Ring på tlf. 20 32 85 26.\n\nVenlig hilsen\nMette Thygesen",
        "PHONE_NUMBER 20 32 85 26\nPERSON Mette Thygesen",
        "44-118",
    ),
    _letter(
        "The contract 2023-0042 was signed by Aleksandra Nowak on 5 May 2023 and countersigned by Luca Moretti. Value: EUR "
        "48,000.00, 36 months.",
        "PERSON Aleksandra Nowak\nPERSON Luca Moretti",
        "2023-0042 | 5 May 2023 | EUR 48,000.00 | 36 months",
    ),
)
