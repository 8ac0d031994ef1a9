"""Writes what Hugging Face's `tokenizers` learns, encodes and decodes, for tests/it/bpe.rs to compare with.

usage: python3 tokenizer.py tests/fixtures/golden/tokenizer.json
           the committed fixture, from the sentences below
       python3 tokenizer.py OUT.json --pairs FILE.tsv ... [--vocab-size 8000] [--lines 10000]
           the same from real sentence pairs, with the classes of all characters; to compare:
           LIEDWERK_TOKENIZER_ORACLE=OUT.json cargo test --release --test it real_lines -- --ignored

needs the package tokenizers
"""

import argparse
import json
import random
import unicodedata

import tokenizers
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

REPLACED = [("„“”»«", '"'), ("‚‘’›‹", "'"), ("…", "..."), ("\u00a0", " ")]

# Traditional songs, and sentences written for this test.
SENTENCES = """
Der Mond ist aufgegangen, die goldnen Sternlein prangen am Himmel hell und klar.
Der Wald steht schwarz und schweiget, und aus den Wiesen steiget der weiße Nebel wunderbar.
Am Brunnen vor dem Tore, da steht ein Lindenbaum; ich träumt in seinem Schatten so manchen süßen Traum.
Die Gedanken sind frei, wer kann sie erraten? Sie fliegen vorbei wie nächtliche Schatten.
Kein Mensch kann sie wissen, kein Jäger erschießen, es bleibet dabei: Die Gedanken sind frei!
„Hast du Größeres vor?“, fragte der Bäcker. »Nein«, sagte sie, ›heute nicht‹ …
Über 1.250 Gäste kamen am 3. Mai um 19:30 Uhr zum Fest — trotz Regen.
The moon has risen, the little golden stars are shining in the sky, bright and clear.
The forest stands black and silent, and the white fog rises wonderfully from the meadows.
By the well before the gate there stands a linden tree; in its shade I dreamt so many a sweet dream.
Thoughts are free, who can guess them? They fly by like shadows in the night.
No man can know them, no hunter can shoot them; it's settled: thoughts are free!
"Don't you know? They've gone, we'll follow, I'm sure she'd say it's what we're here for."
More than 1,250 guests came on May 3rd at 7:30 p.m., in spite of the rain.
""".strip().split("\n")

# Pairs that overlap themselves, and tokens that two different merges spell.
OVERLAPPING = ["aaaa aaa aaaaa aa", "abab ababab babab", "abc abc bcbc abcbc ab bc abcabc", "aabb abab bbaa aabbaabb",
               "......... ... ..", "hahahahaha ahaha", "zzz zz zzzz zzzzzzz", "xyxyx yxyxy xyz yzx xyzxyz"]

# Learned whole, as a text that a model continues is: with its line breaks.
SONG = ["\n".join(SENTENCES[:6]) + "\n\n\t🌳🌳 grüßt den 🌳\n", "So, so,\n so 👩‍👧! <|endoftext|>"]
EMOJI = ["🌳🌳🌳", "👩‍👧👍🏽 ☀️🇩🇪", "\t\tÄöÜ ßẞ\x07\x1b[0m\x7f", "\r\n \x0b\x0c\u0085", "<|endoftext|>", *SONG]

ODD = ["", " ", "   ", "\n", "a", "  zwei  Räume ", "Zeile\n\n\nZeile\r\n\tEingerückt ", "u\u0308ber e\u0301 \u1e9b\u0323",
       "😀👨‍👩‍👧 ♥️ 爱你 Привет مرحبا", "don't DON'T 'tis it's 're 'x '' we'll'd", "1½ ² Ⅷ 12,5% 3.14 ①",
       "\u00a0\u3000\u2028 x\u0085y", "\u0000\u001f\u007f\u200b\ufeff", "<start> Hallo <end>?", "…!?—–-_#@{}[]~^`|\\",
       "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen " * 3, "x" * 300]


def learned(lines: list[str], vocab_size: int) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    replace = [normalizers.Replace(c, plain) for variants, plain in REPLACED for c in variants]
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), *replace])
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True, use_regex=True)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=["<pad>", "<start>", "<end>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(lines, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<start> $A <end>", special_tokens=[("<start>", 1), ("<end>", 2)]
    )
    return tokenizer


def learned_like_gpt2(lines: list[str], vocab_size: int) -> Tokenizer:
    """For a model that continues a text."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=["<|endoftext|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(lines, trainer)
    return tokenizer


def like_gpt2(tokenizer: Tokenizer) -> str:
    """The same merges in the layout of GPT-2's file."""
    file = json.loads(tokenizer.to_str())
    model = file["model"]
    end = len(model["vocab"])
    model["vocab"]["<|endoftext|>"] = end
    model["merges"] = [" ".join(pair) for pair in model["merges"]]
    for name in ("type", "byte_fallback", "ignore_merges"):
        del model[name]
    model |= {"continuing_subword_prefix": "", "end_of_word_suffix": ""}
    file["added_tokens"] = [{"id": end, "special": True, "content": "<|endoftext|>", "single_word": False,
                             "lstrip": False, "rstrip": False, "normalized": True}]
    file["normalizer"] = None
    file["pre_tokenizer"] = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True}
    file["post_processor"] = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": False}
    return json.dumps(file)


def case(tokenizer: Tokenizer, file: str, texts: list[str], **about) -> dict:
    # Names of special tokens in a text are plain text.
    tokenizer.encode_special_tokens = True
    encoded = tokenizer.encode_batch(texts, add_special_tokens=False)
    ids = [e.ids for e in encoded]
    return about | {
        "tokenizer": json.loads(file),
        "texts": [[text, own, tokenizer.decode(own)] for text, own in zip(texts, ids)],
    }


def all_characters() -> list[str]:
    """Every assigned character between a letter and a digit, in lines of 200."""
    codes = (c for c in map(chr, range(0x110000)) if unicodedata.category(c) not in ("Cn", "Cs", "Co"))
    each = [f"a{c}1 {c}b" for c in codes]
    return [" ".join(each[i : i + 200]) for i in range(0, len(each), 200)]


def arguments() -> tuple[argparse.Namespace, list[list[str]]]:
    """Returns the command line, and the rows of the files of pairs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--pairs", nargs="*", default=[])
    parser.add_argument("--vocab-size", type=int, default=8000)
    parser.add_argument("--lines", type=int, default=10_000)
    args = parser.parse_args()
    return args, [line.rstrip("\n").split("\t") for path in args.pairs for line in open(path, encoding="utf-8")]


def main() -> None:
    args, rows = arguments()
    if rows:
        lines = [row[side] for row in rows for side in (0, 1)]
        tokenizer = learned(lines, args.vocab_size)
        some = random.Random(1).sample(rows, min(args.lines, len(rows)))
        texts = [row[side] for side in (0, 1) for row in some] + all_characters() + ODD
        cases = [case(tokenizer, tokenizer.to_str(), texts, lines=lines, vocab_size=args.vocab_size)]
    else:
        songs = learned(SENTENCES, 420)
        cases = [case(songs, songs.to_str(), SENTENCES[5:8] + SENTENCES[12:] + ODD, lines=SENTENCES, vocab_size=420)]
        overlapping = learned(OVERLAPPING, 320)
        cases.append(case(overlapping, overlapping.to_str(), OVERLAPPING, lines=OVERLAPPING, vocab_size=320))
        gpt2 = like_gpt2(songs)
        cases.append(case(Tokenizer.from_str(gpt2), gpt2, SENTENCES[5:8] + SENTENCES[12:] + ODD + ["<|endoftext|>"]))
        texts = learned_like_gpt2(SONG, 340)
        cases.append(case(texts, texts.to_str(), EMOJI + ODD, lines=SONG, vocab_size=340))
    with open(args.out, "w", encoding="utf-8") as out:
        json.dump({"tokenizers": tokenizers.__version__, "cases": cases}, out, ensure_ascii=False)
        out.write("\n")


if __name__ == "__main__":
    main()
