"""Writes how the SentencePiece library splits texts, for tests/it/sentence_piece.rs to compare with.

usage: python3 sentence_piece.py tests/fixtures/golden/sentence_piece.json
           the committed fixture, from the sentences of tokenizer.py
       python3 sentence_piece.py OUT.json --pairs FILE.tsv ... [--vocab-size 8000] [--lines 10000]
           the same from real sentence pairs and all characters; to compare:
           LIEDWERK_SENTENCEPIECE_ORACLE=OUT.json cargo test --release --test it sentence_piece -- --ignored

needs the packages sentencepiece and tokenizers
"""

import base64
import contextlib
import io
import json
import random
import tempfile
from pathlib import Path

import sentencepiece
from tokenizer import ODD, SENTENCES, all_characters, arguments

# A small table of replacements: the library's own take 240 KB. Ligatures, full width, spaces, a letter with its mark
# (the longest match wins), one character by many, and one by nothing.
RULES = """
FB01	66 69
FB00	66 66
FB03	66 66 69
FF21	41
00A0	20
3000	20
0075 0308	00FC
0065 0301	00E9
2026	2E 2E 2E
FDFA	635 644 649 20 627 644 644 647 20 639 644 64A 647 20 648 633 644 645
200B	
1F333	20 74 72 65 65 20
"""
MORE = ["ﬁnden oﬀen oﬃziell ＡBC", "u\u0308ber e\u0301 u\u0308\u0308", "a\u00a0\u00a0b \u3000 c\u3000", "a\u200b \u200bb \u200b",
        "ﷺ ﷺ", "🌳🌳 🌳", "▁a ▁▁ b▁", "\u200b", " \u00a0 ", "a \u200b b", "</s> <unk> <s>", "日本語 und 中文", "x日y本z"]


def learned(lines: list[str], vocab_size: int, **options) -> bytes:
    """A model file."""
    file = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_writer=file, vocab_size=vocab_size, model_type="unigram", num_threads=1,
        character_coverage=0.999, hard_vocab_limit=False, minloglevel=2, **options)
    return file.getvalue()


def learned_small(lines: list[str], vocab_size: int, **options) -> bytes:
    """With the small table of replacements."""
    # The file records the path of the rules.
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        Path("rules.tsv").write_text(RULES.lstrip("\n"), encoding="utf-8")
        return learned(lines, vocab_size, normalization_rule_tsv="rules.tsv", **options)


def case(model: bytes, texts: list[str]) -> dict:
    processor = sentencepiece.SentencePieceProcessor(model_proto=model)
    ids = processor.encode(texts)
    pieces = processor.encode(texts, out_type=str)
    return {"model": base64.b64encode(model).decode(), "texts": list(zip(texts, ids, pieces))}


def main() -> None:
    args, rows = arguments()
    if rows:
        lines = [row[side] for row in rows for side in (0, 1)]
        some = random.Random(1).sample(lines, min(args.lines, len(lines)))
        own = ["  ".join(some[i : i + 3]) for i in range(0, len(some), 97)]
        texts = some + own + all_characters() + ODD + MORE
        few = texts[:: 10] + ODD[:-2] + MORE
        cases = [
            case(learned(some, args.vocab_size, normalization_rule_name="nmt_nfkc"), texts),
            case(learned(some[::5], args.vocab_size // 8, normalization_rule_name="nmt_nfkc_cf"), few),
            case(learned(some[::5], args.vocab_size // 8, normalization_rule_name="identity",
                         remove_extra_whitespaces=False, add_dummy_prefix=False, split_by_whitespace=False), few),
        ]
    else:
        texts = SENTENCES + ODD + MORE
        cases = [
            case(learned_small(SENTENCES, 300), texts),
            case(learned_small(SENTENCES, 200, remove_extra_whitespaces=False, add_dummy_prefix=False), texts),
        ]
    with open(args.out, "w", encoding="utf-8") as out:
        json.dump({"sentencepiece": sentencepiece.__version__, "cases": cases}, out, ensure_ascii=False)
        out.write("\n")


if __name__ == "__main__":
    main()
