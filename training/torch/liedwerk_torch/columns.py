"""Recognises which columns of a table hold German and English, by their letters."""

from functools import cache
from pathlib import Path

# The letter costs of German and English, shared with the crate.
BIGRAMS = Path(__file__).resolve().parents[3] / "src/text/bigrams.txt"


@cache
def _tables() -> list[list[list[int]]]:
    rows = BIGRAMS.read_text(encoding="ascii").split()
    costs = [[ord(c) - ord("a") for c in row] for row in rows]
    return [costs[:32], costs[32:]]


def letter_costs(text: str) -> tuple[int, int, int]:
    """Returns the costs of a text's letters as German and as English, in half bits, and the number of symbols."""
    symbols = []
    for c in text.lower():
        if c.isalpha():
            symbols.append("abcdefghijklmnopqrstuvwxyzäöüß".find(c) if c in "abcdefghijklmnopqrstuvwxyzäöüß" else 31)
        elif symbols and symbols[-1] != 30 and c not in "'’":
            symbols.append(30)
    if symbols and symbols[-1] != 30:
        symbols.append(30)
    german, english = (sum(table[a][b] for a, b in zip([30, *symbols], symbols)) for table in _tables())
    return german, english, len(symbols)


GERMAN = {"de", "deu", "ger", "german", "deutsch", "de-de"}
ENGLISH = {"en", "eng", "english", "englisch", "en-us", "en-gb"}
NAMES = {"source", "target", "front", "back", "sentence", "translation", "satz", "übersetzung", "text", "quelle", "ziel", "id",
         "vorderseite", "rückseite"}


def is_heading(fields: list[str]) -> bool:
    named = [field.lower() for field in fields if field]
    if GERMAN & set(named) and ENGLISH & set(named):
        return True
    return len(named) > 1 and all(name in GERMAN | ENGLISH | NAMES for name in named)


def choose_columns(rows, not_text: list[int], heading: list[str]) -> tuple[int, int, bool] | None:
    sample = [fields for _, fields in rows[:: max(1, -(-len(rows) // 1000))]]
    texts = []
    for column in range(min(64, max(map(len, sample)))):
        fields = [fields[column] for fields in sample if column < len(fields) and fields[column]]
        words = sum(map(_is_wording, fields))
        labels = all(" " not in field for field in fields) and 2 * len(set(fields)) < len(fields)
        if column not in not_text and words and 2 * words >= len(fields) and not labels:
            name = heading[column].lower() if column < len(heading) else ""
            named = "de" if name in GERMAN else "en" if name in ENGLISH else None
            texts.append((column, _written(fields) or named))
    if len(texts) < 2:
        return None
    for among in (texts[:2], texts):
        german, english = (next((at for at, written in among if written == language), None) for language in ("de", "en"))
        if german is not None and english is not None:
            return german, english, True
    return texts[0][0], texts[1][0], False


def _is_wording(field: str) -> bool:
    letters, digits = sum(map(str.isalpha, field)), sum(c in "0123456789" for c in field)
    language = field.lower() in GERMAN | ENGLISH or field in {"fra", "spa", "ita", "nld", "fr", "es", "it", "nl"}
    attribution = any(mark in field for mark in ("CC-BY", "CC BY", "CC0", "http://", "https://", "tatoeba", "Attribution:"))
    return letters > digits and not language and not attribution


def _written(fields: list[str]) -> str | None:
    german, english, symbols = map(sum, zip(*map(letter_costs, fields)))
    needed = 12 + symbols // 2
    return "de" if english >= german + needed else "en" if german >= english + needed else None
