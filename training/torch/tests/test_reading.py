"""Checks that the reader agrees with the crate's, on the same test vectors."""

import json
import tempfile
import unittest
from pathlib import Path

from liedwerk_torch import reading
from liedwerk_torch.data import read_songs
from liedwerk_torch.pairs import read_pairs

VECTORS = Path(__file__).resolve().parents[3] / "tests/fixtures/reading/vectors.json"


class Reading(unittest.TestCase):
    def test_the_vectors_of_the_crate(self):
        for vector in json.loads(VECTORS.read_text(encoding="utf-8")):
            data = bytes.fromhex(vector["bytes"])
            with self.subTest(vector["name"]):
                if vector["as"] == "refused":
                    read = reading.songs if vector["notes"] == ["not-text"] else reading.pairs
                    with self.assertRaises(reading.NotRead) as refused:
                        read("a", data)
                    self.assertEqual(refused.exception.code_name, vector["notes"][0])
                    continue
                found, notes = (reading.songs if vector["as"] == "songs" else reading.pairs)("a", data)
                expected = vector["text"] if vector["as"] == "songs" else [tuple(pair) for pair in vector["pairs"]]
                self.assertEqual((found, [code for code, _ in notes]), (expected, vector["notes"]))

    def test_cases_19_to_25_and_42_the_trainer_reads_with_it(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            song = "=== One\nO rose,\nsick rose!\n\n=== Two\nSing.\n"
            (folder / "songs.txt").write_bytes(song.encode())
            (folder / "windows.txt").write_bytes(("\ufeff" + song.replace("\n", "\r\n")).encode("utf-16-le"))
            self.assertEqual(len(read_songs(folder, "songs.txt")), 2)
            self.assertEqual(read_songs(folder, "windows.txt"), read_songs(folder, "songs.txt"))
            (folder / "deu.txt").write_text("I love you.\tIch liebe dich.\tCC-BY\nGo home now!\tGeh jetzt nach Hause!\tCC-BY\n")
            pairs = read_pairs(folder, [{"path": "deu.txt", "tag": "~"}])
            self.assertEqual(pairs[0], ("~ Ich liebe dich.", "I love you."))
            self.assertEqual(read_pairs(folder, ["deu.txt"], reverse=True)[0], ("I love you.", "Ich liebe dich."))
