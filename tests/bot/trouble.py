"""Words that try to be more than words: line ends, encoded words, marks that reorder, and what breaks address headers."""

import string

from hypothesis import strategies as st

TROUBLE = st.text(
    st.one_of(st.characters(), st.sampled_from("\r\n\t\0 =?_:<>@\"',;()\\\u2028\u202e\u200b" + string.ascii_letters)), max_size=40
)
ENCODED = st.builds("=?{}?{}?{}?=".format, st.sampled_from(["utf-8", "latin-1", "x", ""]), st.sampled_from("qbQB"), TROUBLE)
SMUGGLED = st.sampled_from(
    [
        "=?utf-8?q?hi=0D=0ABcc:_evil@x.test?=",
        "=?utf-8?b?aGkNCkJjYzogZXZpbEB4LnRlc3Q=?=",
        "=?utf-8?q?=3D=3Futf-8=3Fq=3Fhi=3D0D=3D0ABcc=3A_evil=40x.test=3F=3D?=",
        "hi\r\nBcc: evil@x.test",
        "hi\u2028Bcc: evil@x.test",
        "=?utf-8?q?hi=0ABcc:_evil@x.test?= <vip@corp.test>",
    ]
)
WORDS = st.one_of(TROUBLE, ENCODED, SMUGGLED)
