"""Reads songs or sentence pairs from the bytes of files in common formats; twin of the crate's `src/text/reading`.

Both are tested against `tests/fixtures/reading/vectors.json`. Notes are `(code, message)`.
"""

import codecs
import re
import sys
import unicodedata
from pathlib import Path

from .columns import choose_columns, is_heading
from .timed import lrc, subtitles, without_tags

OTHER_FILES = {
    b"%PDF": "a PDF: copy its text into a plain text file",
    b"PK\x03\x04": "a zip archive, as .docx, .odt and .apkg are: export plain text",
    b"{\\rtf": "rich text (RTF): save it as plain text",
    b"\xd0\xcf\x11\xe0": "an old Office document: save it as plain text",
    b"\x1f\x8b": "compressed by gzip: unpack it first",
    b"\xfd7zXZ\0": "compressed by xz: unpack it first",
    b"GGUF": "a GGUF model, no text",
    b"\x89PNG": "a picture (PNG), no text",
    b"SQLite format 3\0": "an SQLite database: export plain text",
    b"\xff\xfe\0\0": "text in UTF-32: save it as UTF-8",
    b"\0\0\xfe\xff": "text in UTF-32: save it as UTF-8",
}
MARKUP = {
    b"<!doctype html": "a web page: copy its text into a plain text file",
    b"<html": "a web page: copy its text into a plain text file",
    b"<?xml": "XML: export plain text",
}
CODE_PAGES = {"Windows-1252": "cp1252", "MacRoman": "mac_roman", "CP850": "cp850"}


class NotRead(SystemExit):
    """Raised for a file that is not text or has no pairs, with a code and a message."""

    def __init__(self, code: str, message: str):
        super().__init__(f"error[{code}]: {message}")
        self.code_name = code


def say(path: Path, notes: list[tuple[str, str]]) -> None:
    """Prints the notes on a file to standard error, one per line."""
    for code, message in notes:
        print(f"note[{code}]: {path}: {message}", file=sys.stderr)


def decode(name: str, data: bytes) -> tuple[str, list[tuple[str, str]]]:
    """Decodes UTF-8 (even with some broken bytes), UTF-16 with or without BOM, or the likeliest of three code pages."""
    for begin, what in OTHER_FILES.items():
        if data.startswith(begin):
            raise NotRead("not-text", f"{name} is {what}")
    unmarked = data.removeprefix(codecs.BOM_UTF8)
    for begin, what in MARKUP.items():
        if unmarked.lstrip(b" \t\n\f\r")[: len(begin)].lower() == begin:
            raise NotRead("not-text", f"{name} is {what}")
    if len(unmarked) < len(data):
        return _mended(*_lossy_utf8(unmarked))
    if order := _byte_order(data):
        text = data.decode(order, errors="replace").removeprefix("\ufeff")
        broken = [("bytes-replaced", "The text is UTF-16 but for broken places.")] if "\ufffd" in text else []
        return text, [("utf-16-read", "The text was read as UTF-16."), *broken]
    if 0 in data:
        raise NotRead("not-text", f"{name} is no text: it holds zero bytes, as programs and pictures do")
    try:
        return _mended(data.decode("utf-8"), [])
    except UnicodeDecodeError:
        return _lossy_utf8(data) if _is_mostly_utf8(data) else _single_bytes(data)


def _mended(text: str, notes):
    """Undoes what programs do that take UTF-8 for Windows-1252, or Windows-1252 for Latin-1."""
    upper = [bytes([byte]).decode("cp1252", errors="ignore") or chr(byte) for byte in range(128, 256)]
    known = {c: 128 + at for at, c in enumerate(upper)}
    codes = [known.get(c, ord(c)) for c in text]
    if not text.isascii() and max(codes) < 256:
        try:
            once = bytes(codes).decode("utf-8")
        except UnicodeDecodeError:
            once = text
        if _plausibility(once) > _plausibility(text):
            message = "The text had been encoded as UTF-8 twice, and was decoded twice."
            return once, [*notes, ("encoding-guessed", message)]
    # U+0085 ends a line.
    return re.sub("[\x80-\x84\x86-\x9f]", lambda match: upper[ord(match[0]) - 128], text), notes


def _lossy_utf8(data: bytes):
    text = data.decode("utf-8", errors="replace")
    broken = text.count("\ufffd") - data.count("\ufffd".encode())
    message = f"The text is UTF-8 but for {broken} broken places, which were read as \ufffd."
    return text, [("bytes-replaced", message)] if broken else []


def _is_mostly_utf8(data: bytes) -> bool:
    text = data.decode("utf-8", errors="replace")
    broken = text.count("\ufffd") - data.count("\ufffd".encode())
    whole = sum(not c.isascii() for c in text) - broken
    # An incremental decoder keeps an incomplete character at the end back.
    cut = len(codecs.getincrementaldecoder("utf-8")("replace").decode(data)) < len(text)
    return whole >= broken or (broken == 1 and cut)


def _byte_order(data: bytes) -> str | None:
    if data.startswith(b"\xff\xfe\0\0"):
        return None
    if data.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    if data.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    even, odd, pairs = data[::2].count(0), data[1::2].count(0), len(data) // 2
    if pairs and 2 * odd > pairs and 20 * even < pairs:
        return "utf-16-le"
    return "utf-16-be" if pairs and 2 * even > pairs and 20 * odd < pairs else None


def _single_bytes(data: bytes):
    texts = {}
    for name, codec in CODE_PAGES.items():
        # Bytes that Windows-1252 does not define are read as control characters.
        upper = [bytes([byte]).decode(codec, errors="ignore") or chr(byte) for byte in range(128, 256)]
        texts[name] = "".join(chr(byte) if byte < 128 else upper[byte - 128] for byte in data)
    scores = {name: _plausibility(text) for name, text in texts.items()}
    best = max(scores, key=scores.get)
    if scores[best] <= 0:
        return _lossy_utf8(data)
    rival = max((name for name in scores if name != best), key=scores.get)
    doubt = f", though {rival} is possible too" if 2 * scores[rival] >= scores[best] else ""
    message = f"The text is not UTF-8. It was read as {best}{doubt}: check its special letters."
    return texts[best], [("encoding-guessed", message)]


def _plausibility(text: str) -> int:
    text = f" {text} "
    return sum(_points(text[i - 1], c, text[i + 1]) for i, c in enumerate(text) if not c.isascii())


def _points(before: str, c: str, after: str) -> int:
    follows, leads = before.isalpha(), after.isalpha()
    if c in "ÄÖÜ" and before.islower():
        return -4
    if c in "äöüÄÖÜ" and (follows or leads) or c == "ß" and follows:
        return 4
    if c == "’":
        return 2
    if c in "“”„‚‘«»‹›–—…":
        return -4 if follows and leads else 2
    if c in "àâçèéêëîïñôùûáíóúæœ" and (follows or leads) or c in "ÉÀÇ" and leads and not before.islower():
        return 1
    if c == "\u00a0":
        return 0
    if c in "´§°€©®•·" and not (follows and leads):
        return 1
    return -1 if c.isalpha() else -4


def plain(text: str, line_end: str = "\n") -> str:
    """Normalises line endings, spaces and composed letters, and removes invisible characters."""
    if re.match("[^\r\n]*\n\r", text) and text.count("\n\r") == text.count("\n"):
        text = text.replace("\n\r", "\n")
    has_lines = "\n" in text
    text = re.sub("\r+\n", "\n", text)
    text = re.sub("\r+$", lambda match: "\n" * len(match[0]), text)
    text = text.replace("\r", line_end if has_lines else "\n")
    text = re.sub("[\r\v\f\x85\u2028\u2029]", line_end, unicodedata.normalize("NFC", text))
    for old, new in {"ſ": "s", "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}.items():
        text = text.replace(old, new)
    text = re.sub("[\0-\x08\x0e-\x1f\x7f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]", "", text)
    return re.sub("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]", " ", text)


def songs(name: str, data: bytes) -> tuple[str, list[tuple[str, str]]]:
    """Reads songs from plain text, LRC, SRT or VTT. Remains of a lyrics website are kept, with a note."""
    text, notes = decode(name, data)
    text = plain(text)
    if (words := lrc(text)) is not None:
        text, notes = words, [*notes, ("lrc-read", "Timed lyrics (LRC): the times and tags were left out.")]
    elif (words := subtitles(text)) is not None:
        text, notes = words, [*notes, ("subtitles-read", "Subtitles: their numbers and times were left out.")]
    if remains := [number for number, line in enumerate(text.splitlines(), 1) if _is_remain(line)]:
        message = f"{len(remains)} lines are marks of sections or remains of a page of lyrics, no verse."
        notes = [*notes, ("lyrics-page", message)]
    return text, notes


SECTIONS = ("verse|chorus|bridge|intro|outro|hook|interlude|pre-chorus|post-chorus|refrain|strophe|part|zwischenspiel|"
            "instrumental|solo|skit|drop|breakdown|vers")
REMAIN = re.compile(
    rf"\[[^\[\]]*[^\W\d_][^\[\]]*\]|(?:{SECTIONS})[\d ]*:|\((?:{SECTIONS})[\d ]*\)|\d+ contributor.*|see .* live|.*\dembed|embed|"
    r"(?:you might also like|see live|get tickets|submit corrections|lyrics (?:powered|provided) by|lyrics licensed|"
    r"songtext (?:powered by|von)|(?:song)?writer\(s\):|source: lyricfind|quelle: lyricfind|all rights reserved).*", re.I)


def _is_remain(line: str) -> bool:
    return bool(REMAIN.fullmatch(line.strip()))


def pairs(name: str, data: bytes) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Reads sentence pairs, German first if recognised, from TSV, CSV, Anki's or Tatoeba's exports."""
    text, notes = decode(name, data)
    if re.match(r'\s*(\{"|\[[{"\[])', text):
        raise NotRead("bad-pairs", f"{name} is JSON; expected a table: German, tab, English")
    rows, not_text = _table(plain(text, " "))
    # Neither blank lines nor the rules of a Markdown table.
    rows = [(number, fields) for number, fields in rows if not all(re.fullmatch("[-:= ]*", field) for field in fields)]
    # Where every row names its languages, the first is none.
    heading = []
    if rows and is_heading(rows[0][1]) and not (len(rows) > 1 and is_heading(rows[1][1])):
        heading, rows = rows[0][1], rows[1:]
    if not rows:
        raise NotRead("bad-pairs", f"{name}: no sentence pairs")
    columns = choose_columns(rows, not_text, heading)
    if columns is None:
        raise NotRead("bad-pairs", f"{name}:{rows[0][0]}: no two columns of sentences; expected German, tab, English")
    source, target, recognised = columns
    found, skipped = [], []
    for number, fields in rows:
        if max(source, target) < len(fields) and fields[source] and fields[target]:
            found.append((fields[source], fields[target]))
        else:
            skipped.append(number)
    if len(skipped) >= len(found):
        message = f"no pair of sentences, and so {len(skipped)} lines of {len(rows)}"
        raise NotRead("bad-pairs", f"{name}:{skipped[0]}: {message}")
    if (source, target) == (1, 0):
        notes.append(("columns-swapped", "The first column is English, the second German: read as German and its English."))
    elif (source, target) != (0, 1):
        code = "columns-chosen" if recognised else "columns-unsure"
        notes.append((code, f"Column {source + 1} was read as the German, column {target + 1} as the English."))
    if skipped:
        named = ", ".join(map(str, skipped[:5])) + (", …" if len(skipped) > 5 else "")
        lines = "line is" if len(skipped) == 1 else "lines are"
        notes.append(("pairs-skipped", f"{len(skipped)} {lines} no pair of sentences and left out: {named}"))
    return found, notes


SEPARATORS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "space": " ", "pipe": "|", "colon": ":"}


def _table(text: str):
    lines, separator, not_text, header, is_anki = text.split("\n"), None, [], 0, False
    for line in lines:
        mark = line.strip('"').removeprefix("sep=")
        if header == 0 and mark != line.strip('"'):
            separator = mark[:1] or None
            header += 1
            continue
        if line.startswith("# "):
            header += 1
            continue
        known = re.fullmatch(r"#(separator|html|columns|tags|notetype|deck|if matches|(?:tags|notetype|deck|guid) column):(.*)", line)
        if not known:
            break
        value = known[2].strip()
        if known[1] == "separator":
            separator = SEPARATORS.get(value.lower(), value[:1] or None)
        elif known[1].endswith(" column") and value.isdigit() and int(value):
            not_text.append(int(value) - 1)
        header, is_anki = header + 1, True
    body = "\n".join(lines[header:])
    separator = separator or _separator(body)
    rows = _records(body, separator, is_anki or separator != "\t", header + 1)
    return [(number, [_cleaned(field) for field in fields]) for number, fields in rows], not_text


def _separator(text: str) -> str:
    lines = [line for line in text.split("\n") if line.strip()][:1000]
    if 2 * sum("\t" in line for line in lines) >= len(lines):
        return "\t"
    for mark in ";,|":
        rows = _records("".join(line + "\n" for line in lines[:200]), mark, True, 1)
        columns = len(rows[0][1])
        if columns > 1 and 10 * sum(len(fields) == columns for _, fields in rows) >= 9 * len(rows):
            return mark
    return "\t"


def _records(text: str, separator: str, quoting: bool, number: int):
    mark = re.escape(separator)
    quoted = re.compile(rf'"((?:[^"]|"")*)"(?={mark}|\n|\Z)')
    unquoted = re.compile(rf"[^{mark}\n]*")
    rows, at = [], 0
    while at < len(text):
        begin, fields = number, []
        while True:
            match = quoted.match(text, at)
            if match and not quoting and ('""' not in match[1] or "\n" in match[1]):
                match = None
            field = match[1].replace('""', '"') if match else (match := unquoted.match(text, at))[0]
            fields.append(field)
            number += match[0].count("\n")
            at = match.end()
            if text[at : at + 1] != separator:
                break
            at += 1
        if text[at : at + 1] == "\n":
            at, number = at + 1, number + 1
        rows.append((begin, fields))
    return rows


def _cleaned(field: str) -> str:
    field = re.sub(r"\[sound:[^\]]*\]", "", without_tags(field))
    field = re.sub(r"\{\{c\d*::(.*?)(?:::.*?)?\}\}", r"\1", field)
    return " ".join(re.sub(r"\{(?:m|f|n|pl|sg)\}", "", field).split())
