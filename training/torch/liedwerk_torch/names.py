"""Makes pairs that teach copying: sentences with a name replaced on both sides by an invented one or a place.

A small vocabulary can spell any name, but a model only learns to copy names from many examples. Its texts have
few different ones (a quarter of Tatoeba's sentences are about Tom), and it memorises these instead of copying.
"""

import random
import re
from pathlib import Path

ONSETS = "B Br D F Fl G Gr H J K Kl Kr L M N P Pr R S Sch St T Tr V W Z".split()
NUCLEI = "a e i o u au ei ie ä ö ü".split()
CODAS = "l n r s m nd rt lk ng tt ck ß ".split(" ")
ENDINGS = "a o i el er en us ine ert olf ika old ing".split()
SURNAME_ENDINGS = "mann berg er hoff stein feld inger ski sen ke low bach".split()
# German place names with their English names.
PLACES = {
    "München": "Munich", "Köln": "Cologne", "Wien": "Vienna", "Nürnberg": "Nuremberg", "Prag": "Prague",
    "Rom": "Rome", "Venedig": "Venice", "Zürich": "Zurich", "Genf": "Geneva", "Basel": "Basel",
    "Berlin": "Berlin", "Hamburg": "Hamburg", "Bremen": "Bremen", "Dresden": "Dresden", "Leipzig": "Leipzig",
    "Stuttgart": "Stuttgart", "Frankfurt": "Frankfurt", "Dortmund": "Dortmund", "Salzburg": "Salzburg",
    "Graz": "Graz", "Freiburg": "Freiburg", "Mainz": "Mainz", "Kiel": "Kiel", "Rostock": "Rostock",
    "Lübeck": "Lübeck", "Paris": "Paris", "London": "London", "Madrid": "Madrid", "Lissabon": "Lisbon",
    "Moskau": "Moscow", "Warschau": "Warsaw", "Athen": "Athens", "Brüssel": "Brussels", "Oslo": "Oslo",
    "Stockholm": "Stockholm", "Kopenhagen": "Copenhagen", "Neapel": "Naples", "Mailand": "Milan",
    "Florenz": "Florence", "Heidelberg": "Heidelberg", "Tübingen": "Tübingen", "Göttingen": "Göttingen",
}
PEOPLE = ("Tom", "Mary", "Maria", "John", "Johannes", "Ken", "Bill", "Jack", "Jim", "Mike", "Bob", "Alice", "Anna")
PLACED = ("Boston", "Australien", "Australia", "Tokyo", "Tokio", "Kyoto", "Osaka", "Paris", "London", "Berlin")


def made_up(random_: random.Random) -> str:
    """Returns an invented name, unlikely to exist."""
    syllable = lambda: random_.choice(ONSETS) + random_.choice(NUCLEI) + random_.choice(CODAS)
    name = syllable() + "".join(syllable().lower() for _ in range(random_.randrange(2)))
    return name + random_.choice(ENDINGS + SURNAME_ENDINGS)


def replaced(pair: tuple[str, str], random_: random.Random) -> tuple[str, str] | None:
    """Replaces the name of a person or place in a pair; None unless a name occurs exactly once on both sides."""
    for names, is_place in ((PLACED, True), (PEOPLE, False)):
        for name in names:
            word = re.compile(rf"\b{name}(?=s?\b)")
            if all(len(word.findall(side)) == 1 for side in pair):
                if is_place and random_.random() < 0.8:
                    new = random_.choice(list(PLACES.items()))
                else:
                    both = made_up(random_)
                    if random_.random() < 0.3:
                        both += f" {made_up(random_)}"
                    new = (both, both)
                return tuple(word.sub(with_, side) for with_, side in zip(new, pair))
    return None


def replace_names(inputs: list[Path], out: Path, seed: int, count: int) -> None:
    """Writes up to `count` such pairs, made from the pairs of TSV files."""
    random_ = random.Random(seed)
    pairs = [tuple(line.split("\t")[:2]) for path in inputs for line in path.read_text(encoding="utf-8").splitlines()]
    # There are few sentences about places, but many places, so use each sentence several times.
    pairs += 5 * [pair for pair in pairs if any(name in pair[0] for name in PLACED)]
    random_.shuffle(pairs)
    found = (made for pair in pairs if len(pair) == 2 and (made := replaced(pair, random_)))
    lines = ["\t".join(pair) + "\n" for pair, _ in zip(found, range(count))]
    out.write_text("".join(lines), encoding="utf-8")
