"""Writes tests/fixtures/links/vectors.json: what proofs and packed texts of links look like, by Python's libraries."""

import base64
import hashlib
import json
import pathlib
import zlib

SHA256 = "86d959e2bab0bad566b67b711e19e19d1147ee086908c4bae937097440724d70"
SONG = "O the wind and the rain,\nÜber den Fluß — 🎶 it sings,\n"


def base64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def hashed(text, size):
    return base64url(hashlib.sha256(text.encode()).digest()[:size])


def prove(text, whole=True, model="char-lstm-songs", every=8):
    """Python's strings are indexed by code points, as proofs are."""
    while max(0, len(text) - 1) // every > 24:
        every *= 2
    marks = "".join(hashed(text[:end], 3) for end in range(every, len(text), every))
    part = "" if whole else "p"
    return f"{SHA256[:12]}.{len(text)}{part}.{every}.{hashed(text, 12)}.{marks}.{model}"


def deflate(text, level=9):
    compressor = zlib.compressobj(level, wbits=-15)
    return base64url(compressor.compress(text) + compressor.flush())


def difference(text, other, whole=True):
    """What compare() must say, found out by comparing the texts themselves."""
    if other == text or (not whole and other.startswith(text)):
        return None
    if other.startswith(text):
        return {"same": len(text), "by": len(text) + 1}
    every = 8
    while max(0, len(text) - 1) // every > 24:
        every *= 2
    same = next((i for i, (a, b) in enumerate(zip(text, other)) if a != b), min(len(text), len(other)))
    agreeing = min(same // every, max(0, len(text) - 1) // every)
    return {"same": agreeing * every, "by": min((agreeing + 1) * every, len(text), len(other) + 1)}


def main():
    texts = ["", "O", "12345678", "123456789", SONG, SONG * 9, SONG * 100]
    proofs = [
        {"text": text, "whole": whole, "model": model, "sha256": SHA256, "proof": prove(text, whole, model)}
        for text in texts
        for whole, model in [(True, "char-lstm-songs"), (False, "my.own_model")]
    ]
    others = [SONG[:40], SONG + "x", SONG.replace("Fluß", "Fluss"), "x" + SONG[1:], SONG[:-2] + "!\n", "", SONG]
    comparisons = [
        {"proof": prove(SONG * 3, whole), "text": other, "difference": difference(SONG * 3, other, whole)}
        for whole in (True, False)
        for other in [SONG * 2 + other for other in others] + others
    ]
    good = prove(SONG)
    malformed = ["", ".....", good[1:], good.replace(".8.", ".7."), good.replace(".8.", ".16."), good[:-1] + "/"]
    malformed += [good.replace(".", ",", 1), good + "x" * 100, good.replace(SHA256[:4], "XYZ1"), good.replace(".5", ".-5", 1)]
    packed = [SONG, SONG * 50, "", "\ufeffBOM"]
    bomb = deflate(b"a" * 10_000_000)
    refused = ["!", "AAAA", deflate(b"\xff\xfe"), deflate(SONG.encode())[:-8], deflate(SONG.encode()) + "AAAA"]
    refused += [deflate(b"a" * 60_001), bomb]
    vectors = {
        "proofs": proofs,
        "comparisons": comparisons,
        "malformed": malformed,
        "packed": [{"text": text, "packed": deflate(text.encode())} for text in packed],
        "refused": refused,
    }
    path = pathlib.Path(__file__).parent.parent / "fixtures/links/vectors.json"
    path.write_text(json.dumps(vectors, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
