"""The language of a text, where it can be told."""

from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier  # type: ignore[import-untyped]

UNKNOWN = "und"
_FEWEST_LETTERS = 20
_LEAST_SURE = 0.5
_ENOUGH = 2000
_LETTERS_OF_A_CODE = 2  # the model also knows "zxx": no language at all


def language(text: str) -> str:
    """ISO 639-1, or "und" for texts of under 20 letters and where the model is unsure."""
    sample = text[:_ENOUGH]
    if sum(character.isalpha() for character in sample) < _FEWEST_LETTERS:
        return UNKNOWN
    name, sure = _identifier().classify(sample)
    return str(name) if sure >= _LEAST_SURE and len(name) == _LETTERS_OF_A_CODE else UNKNOWN


@cache
def _identifier() -> LanguageIdentifier:
    """Loaded at the first mail: it takes a fifth of a second and 20 MB."""
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
