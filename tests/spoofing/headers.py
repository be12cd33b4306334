"""Forgeries of what the provider writes: the mail names the played address plainly, and no signature of its domain."""

from tests.spoofing.cases import PEOPLE, Forgery
from tests.spoofing.forge import PROVIDER, mail, results, vouched

SAID = {
    "nothing at all": "",
    "another server's word": "Authentication-Results: mx.evil.test; dmarc=pass header.from={d}\r\n",
    "a forged word under the provider's fail": "{fail}{pass}",
    "a forged word under the provider's none": "{none}{pass}",
    "a forged word where the provider wrote nothing": "{pass}",
    "a forged word over another server's": "{pass}Authentication-Results: mx.evil.test; dmarc=pass header.from={d}\r\n",
    "a forged word, folded": "Authentication-Results:\r\n {id};\r\n dmarc=pass\r\n header.from={d}\r\n",
    "a forged word in capitals": "AUTHENTICATION-RESULTS: {ID}; DMARC=PASS HEADER.FROM={d}\r\n",
    "a pass in a comment": "Authentication-Results: {id}; dmarc=none (dmarc=pass header.from={d})\r\n",
    "a pass in an unclosed comment": "Authentication-Results: {id}; dmarc=none (x; dmarc=pass header.from={d}\r\n",
    "a pass behind a nested comment": "Authentication-Results: {id}; dmarc=none (((x)) ; dmarc=pass header.from={d})\r\n",
    "a pass in a quoted mailbox": 'Authentication-Results: {id}; spf=pass smtp.mailfrom="a; dmarc=pass header.from={d}"@evil.test\r\n',
    "a pass in an unclosed quote": 'Authentication-Results: {id}; spf=pass smtp.mailfrom="a; dmarc=pass header.from={d}\r\n',
    "a quoted result": 'Authentication-Results: {id}; dmarc="pass" header.from={d}\r\n',
    "a pass for another domain": "Authentication-Results: {id}; dmarc=pass header.from=evil.test\r\n",
    "a pass for nobody": "Authentication-Results: {id}; dmarc=pass\r\n",
    "a pass for two": "Authentication-Results: {id}; dmarc=pass header.from=evil.test header.from={d}\r\n",
    "two results, one for each": "Authentication-Results: {id}; dmarc=pass header.from=evil.test; dmarc=pass header.from={d}\r\n",
    "a pass for a name below": "Authentication-Results: {id}; dmarc=pass header.from=mail.{d}\r\n",
    "a pass for a name that ends alike": "Authentication-Results: {id}; dmarc=pass header.from=x{d}\r\n",
    "a pass with a trailing dot": "Authentication-Results: {id}; dmarc=pass header.from={d}.\r\n",
    "a best guess": "Authentication-Results: {id}; dmarc=bestguesspass header.from={d}\r\n",
    "a softer word": "Authentication-Results: {id}; dmarc=passed header.from={d}\r\n",
    "a permanent error": "Authentication-Results: {id}; dmarc=permerror header.from={d}\r\n",
    "only SPF and DKIM of another": "Authentication-Results: {id}; spf=pass smtp.mailfrom=evil.test; dkim=pass header.d=evil.test\r\n",
    "another method called dmarc": "Authentication-Results: {id}; x-dmarc=pass header.from={d}\r\n",
    "a name with the provider's in front": "Authentication-Results: {id}.evil.test; dmarc=pass header.from={d}\r\n",
    "a name with the provider's behind": "Authentication-Results: evil-{id}; dmarc=pass header.from={d}\r\n",
    "the provider's name in quotes": 'Authentication-Results: "{id}"; dmarc=pass header.from={d}\r\n',
    "the provider's name in a comment": "Authentication-Results: ({id}) mx.evil.test; dmarc=pass header.from={d}\r\n",
    "the provider's name behind another": "Authentication-Results: mx.evil.test {id}; dmarc=pass header.from={d}\r\n",
    "an unknown version": "Authentication-Results: {id} 2; dmarc=pass header.from={d}\r\n",
    "a word without a name": "Authentication-Results: dmarc=pass header.from={d}; compauth=pass\r\n",
    "a broken word on top": "Authentication-Results: ;;; (\r\n{pass}",
    "the original's header": "X-Original-Authentication-Results: {id}; dmarc=pass header.from={d}\r\n",
    "an ARC result without a seal": "ARC-Authentication-Results: i=1; {id}; dmarc=pass header.from={d}\r\n",
    "a Received-SPF": "Received-SPF: pass (google.com: domain of {v} designates 1.2.3.4 as permitted sender)\r\n",
    "comments nested too deep": "Authentication-Results: {id}; " + "(" * 15 + ")" * 15 + "dmarc=none; x " + "=" * 50 + "\r\n",
}

WORD_FOR_WORD = (
    "a forged word where the provider wrote nothing",
    "a forged word over another server's",
    "a forged word, folded",
    "a forged word in capitals",
)
"""What nobody can tell from the provider's own word without the DNS; all others count for nothing there either."""


def claimed(domain: str) -> list[Forgery]:
    """Every header that says the sender is who he is not."""
    address = PEOPLE[domain]
    words = {
        "d": domain,
        "v": address,
        "id": PROVIDER,
        "ID": PROVIDER.upper(),
        "pass": vouched(domain),
        "fail": results(f"dmarc=fail header.from={domain}"),
        "none": results(f"spf=none; dmarc=none header.from={domain}"),
    }
    raws = {name: mail(address, top=line.format(**words)) for name, line in SAID.items()}
    off = [Forgery(f"{name}, DNS off", raw, dkim="off") for name, raw in raws.items() if name not in WORD_FOR_WORD]
    return [*(Forgery(name, raw) for name, raw in raws.items()), *off, *_leniently(domain)]


def _leniently(domain: str) -> list[Forgery]:
    """Where mails may pass by SPF alone, or the provider writes no name, or the DNS is not asked."""
    address, microsoft = PEOPLE[domain], frozenset(("",))
    bare = f"Authentication-Results: spf=pass smtp.mailfrom={domain}; dmarc=pass action=none header.from={domain}"
    unsigned = mail(address, top=vouched(domain))
    other = mail(address, top=results(f"dmarc=pass header.from={domain}", "mx.evil.test"))
    doubted, torn = (mail(address, top=f"{bare}; {word}\r\n") for word in ("compauth=fail reason=001", "compauth=fail; compauth=pass"))
    failing = mail(address, top=results(f"spf=pass; dmarc=fail header.from={domain}"))
    return [
        Forgery("a claimed signature that is not there", unsigned, dkim="checked"),
        Forgery("a word for a domain without a policy", mail("a@silent.example", top=vouched("silent.example")), dkim="checked"),
        Forgery("a provider's fail, DNS off", failing, dkim="off"),
        Forgery("no word, DNS off", mail(address), dkim="off"),
        Forgery("another server's word, DNS off", other, dkim="off"),
        Forgery("a nameless word without compauth", mail(address, top=f"{bare}\r\n"), dkim="off", ids=microsoft),
        Forgery("a nameless word with a failed compauth", doubted, dkim="off", ids=microsoft),
        Forgery("a nameless word with two compauths", torn, dkim="off", ids=microsoft),
        Forgery("a named word where names are not written", unsigned, dkim="off", ids=microsoft),
        Forgery("nobody is trusted", unsigned, dkim="off", ids=frozenset()),
    ]
