"""Writes BLEU and chrF of sacrebleu, for tests/it/metrics.rs to compare with.

usage: python3 metrics.py tests/fixtures/golden/metrics.json
           the committed fixture, from the sentences below
       python3 metrics.py OUT.json --references FILE.tsv [--systems FILE.txt ...]
           references are the second column; systems are files with a translation a line, and three more are
           made by damaging the references; to compare:
           LIEDWERK_METRICS_ORACLE=OUT.json cargo test --test it real_systems -- --ignored

needs the package sacrebleu
"""

import argparse
import json
import random

import sacrebleu
from sacrebleu.metrics import BLEU, CHRF

REFERENCES = """
The moon has risen, the little golden stars are shining in the sky, bright and clear.
The forest stands black and silent, and the white fog rises wonderfully from the meadows.
By the well before the gate there stands a linden tree.
In its shade I dreamt so many a sweet dream.
Thoughts are free, who can guess them?
They fly by like shadows in the night.
"Don't you know?" he asked. "They've gone, and we'll follow."
More than 1,250 guests came on May 3rd at 7:30 p.m., in spite of the 1990-95 drought.
It costs $3.50 (about 3,20 €) & that's 10% off!
I'm coming.
Yes.
Good night, my well-known friend - sleep tight...
""".strip().split("\n")

# By hand: near misses, other words, all too short, all too long, nothing right.
SYSTEMS = {
    "by hand": """
The moon rose, the little golden stars shine in the sky bright and clear.
The forest is black and silent and the white fog is rising wonderfully from the meadows.
At the well in front of the gate there is a linden tree.
I dreamt so many sweet dreams in its shade.
Thoughts are free; who can guess them?
They pass by like nightly shadows.
"Do you not know?", he asked, "they are gone and we will follow".
More than 1.250 guests came on 3 May at 7:30 pm in spite of the drought of 1990 - 95.
It costs $ 3.50 (about €3.20) &amp; that is 10 % off!
I come.
Yes!
Good night, my well known friend; sleep well ...
""",
    "too short": "The moon\nThe forest\nBy the well\nIn its shade\nThoughts\nThey fly\nKnow?\nMore\nIt\nI\n\nGood",
    "too long": "\n".join(line + " and so on and on, the moon, the moon, the moon." for line in REFERENCES),
    "only single words": "\n".join("moon forest gate well" if i % 2 else "a , . zzz" for i in range(len(REFERENCES))),
    "nothing right": "\n".join("xyz" for _ in REFERENCES),
    "nothing": "\n" * (len(REFERENCES) - 1),
    "perfect": "\n".join(REFERENCES),
}


def damaged(lines: list[str], seed: int) -> dict[str, list[str]]:
    """Three more systems: one forgets words, one changes their order, one misspells."""
    rng = random.Random(seed)

    def forget(line):
        return " ".join(word for word in line.split() if rng.random() > 0.15)

    def reorder(line):
        words = line.split()
        for i in range(len(words) - 1):
            if rng.random() < 0.2:
                words[i], words[i + 1] = words[i + 1], words[i]
        return " ".join(words)

    def misspell(line):
        return "".join(rng.choice("etaoin ,.x") if rng.random() < 0.05 else c for c in line)

    return {f.__name__: [f(line) for line in lines] for f in (forget, reorder, misspell)}


def scored(name: str, lines: list[str], references: list[str]) -> dict:
    metrics = BLEU(), CHRF()
    bleu, chrf = (metric.corpus_score(lines, [references]) for metric in metrics)
    return {
        "name": name,
        "signatures": [str(metric.get_signature()) for metric in metrics],
        "lines": lines,
        "bleu": bleu.score,
        "precisions": bleu.precisions,
        "brevity_penalty": bleu.bp,
        "lengths": [bleu.sys_len, bleu.ref_len],
        "chrf": chrf.score,
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--references")
    parser.add_argument("--systems", nargs="*", default=[])
    args = parser.parse_args()
    if args.references:
        references = [line.split("\t")[1].strip() for line in open(args.references, encoding="utf-8")]
        systems = {path: open(path, encoding="utf-8").read().split("\n") for path in args.systems}
        systems = {name: lines[: len(references)] for name, lines in systems.items()}
    else:
        references = REFERENCES
        # A leading line break is how the longer texts above begin; an empty translation is kept.
        systems = {name: text.strip("\n").split("\n") if name == "by hand" else text.split("\n")
                   for name, text in SYSTEMS.items()}
    systems |= damaged(references, seed=1)
    cases = [scored(name, lines, references) for name, lines in systems.items()]
    with open(args.out, "w", encoding="utf-8") as out:
        json.dump({"sacrebleu": sacrebleu.__version__, "references": references, "systems": cases}, out, ensure_ascii=False)
        out.write("\n")


if __name__ == "__main__":
    main()
