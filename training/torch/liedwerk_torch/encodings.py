"""Which encoding the bytes of a text are in, the twin of the crate's `src/text/reading/encoding.rs`."""

import codecs

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
}
CODE_PAGES = {"Windows-1252": "cp1252", "MacRoman": "mac_roman", "CP850": "cp850"}


class NotRead(SystemExit):
    """A file that is no text, or holds no pairs: a code and a sentence."""

    def __init__(self, code: str, message: str):
        super().__init__(f"error[{code}]: {message}")
        self.code_name = code


def decode(name: str, data: bytes) -> tuple[str, list[tuple[str, str]]]:
    """UTF-8, UTF-16 with or without a mark, or the likeliest of three code pages; UTF-8 with few broken bytes stays UTF-8."""
    for begin, what in OTHER_FILES.items():
        if data.startswith(begin):
            raise NotRead("not-text", f"{name} is {what}")
    if data.startswith(codecs.BOM_UTF8):
        return _lossy_utf8(data[3:])
    if order := _byte_order(data):
        text = data.decode(order, errors="replace").removeprefix("\ufeff")
        broken = [("bytes-replaced", "The text is UTF-16 but for broken places.")] if "\ufffd" in text else []
        return text, [("utf-16-read", "The text was read as UTF-16."), *broken]
    if 0 in data:
        raise NotRead("not-text", f"{name} is no text: it holds zero bytes, as programs and pictures do")
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError:
        return _lossy_utf8(data) if _is_mostly_utf8(data) else _single_bytes(data)


def _lossy_utf8(data: bytes):
    text = data.decode("utf-8", errors="replace")
    broken = text.count("\ufffd") - data.count("\ufffd".encode())
    message = f"The text is UTF-8 but for {broken} broken places, which were read as \ufffd."
    return text, [("bytes-replaced", message)] if broken else []


def _is_mostly_utf8(data: bytes) -> bool:
    text = data.decode("utf-8", errors="replace")
    broken = text.count("\ufffd") - data.count("\ufffd".encode())
    whole = sum(not c.isascii() for c in text) - broken
    # At its end only, the decoder waits for the rest of a character that was cut off.
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
        # What Windows-1252 does not define is a control character.
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
