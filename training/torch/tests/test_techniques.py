"""Tests training techniques: Muon, growing a trained model, pairs that teach copying, headers of songs."""

import random
import tarfile
import tempfile
import unittest
from pathlib import Path

import torch

from liedwerk_torch.command import main
from liedwerk_torch.data import NORMALIZERS, read_songs, titled_songs
from liedwerk_torch.gpt import Gpt
from liedwerk_torch.grow import grown, source_of, translated
from liedwerk_torch.names import PLACES, replaced
from liedwerk_torch.optimizers import Optimizers, orthogonalized
from liedwerk_torch.pairs import learn_song_bpe
from safetensors.torch import save_file

from .tiny import write_data, write_recipe

SIZES = {"n_positions": 8, "n_embd": 16, "n_head": 2, "resid_pdrop": 0.0, "embd_pdrop": 0.0, "attn_pdrop": 0.0}


class Muon(unittest.TestCase):
    def test_singular_values_are_pulled_to_one(self):
        torch.manual_seed(1)
        for shape in (24, 24), (16, 40), (40, 16):
            values = torch.linalg.svdvals(orthogonalized(torch.randn(shape) * 1e-3))
            self.assertGreater(values.min().item(), 0.3)
            self.assertLess(values.max().item(), 1.3)

    def test_matrices_in_layers_are_its_own_and_nothing_else(self):
        model = Gpt(vocab_size=20, n_layer=1, **SIZES)
        settings = {"optimizer": "muon", "lr": 1e-2, "weight_decay": 0.0, "beta1": 0.9, "beta2": 0.98}
        adamw, muon = Optimizers(model, settings).all
        names = {id(weight): name for name, weight in model.named_parameters()}
        self.assertEqual([names[id(weight)] for weight in muon.param_groups[0]["params"]], [
            "h.0.attn.in_proj_weight", "h.0.attn.out_proj.weight", "h.0.mlp.linear1.weight", "h.0.mlp.linear2.weight"])
        self.assertEqual(len(adamw.param_groups[0]["params"]) + 4, len(names))

    def test_a_step_has_the_size_that_the_rate_says(self):
        model = Gpt(vocab_size=20, n_layer=1, **SIZES)
        optimizers = Optimizers(
            model, {"optimizer": "muon", "lr": 1.0, "weight_decay": 0.0, "beta1": 0.9, "beta2": 0.98})
        weight = model.h[0].mlp.linear1.weight
        before = weight.detach().clone()
        for parameter in model.parameters():
            parameter.grad = torch.randn_like(parameter)
        optimizers.step(1e-2)
        moved = (weight.detach() - before).square().mean().sqrt().item()
        self.assertAlmostEqual(moved, 0.2 * 1e-2, delta=0.07 * 1e-2)


class Growing(unittest.TestCase):
    def test_a_deeper_model_begins_as_what_it_grew_from(self):
        torch.manual_seed(2)
        tokenizer = learn_song_bpe(["la la li lo"], 260)
        size = tokenizer.get_vocab_size()
        small, deep = Gpt(size, n_layer=2, **SIZES), Gpt(size, n_layer=5, **SIZES)
        with tempfile.TemporaryDirectory() as folder:
            save_file(small.state_dict(), Path(folder) / "model.safetensors")
            tokenizer.save(str(Path(folder) / "tokenizer.json"))
            deep.load_state_dict(grown(deep, tokenizer, Path(folder)))
        ids = torch.tensor([tokenizer.encode("la lila").ids])
        torch.testing.assert_close(deep(ids), small(ids))

    def test_layers_are_spread_over_the_depth(self):
        self.assertEqual([source_of(k, 5, 2) for k in range(5)], [0, None, 1, None, None])
        self.assertEqual([source_of(k, 2, 3) for k in range(2)], [0, 2])

    def test_a_new_token_is_the_mean_of_its_pieces(self):
        old, new = learn_song_bpe(["x"], 256), learn_song_bpe(["lala lala"], 258)
        table = torch.randn(256, 4)
        rows = translated(table, old, new)
        piece = new.encode("la").ids
        self.assertEqual(len(piece), 1)
        torch.testing.assert_close(rows[piece[0]], table[old.encode("la").ids].mean(0))


class Texts(unittest.TestCase):
    def test_a_name_is_replaced_on_both_sides_or_not_at_all(self):
        numbers = random.Random(3)
        for _ in range(200):
            german, english = replaced(("Tom sah Toms Hund in Wien.", "Tom saw a dog."), numbers) or ("", "")
            self.assertEqual((german, english), ("", ""))
            german, english = replaced(("Hat Tom gelacht?", "Did Tom laugh?"), numbers)
            self.assertEqual(german.removeprefix("Hat ").removesuffix(" gelacht?"),
                             english.removeprefix("Did ").removesuffix(" laugh?"))
            self.assertNotIn("Tom ", german)
        said = {replaced(("Ich bin in Boston.", "I'm in Boston."), numbers) for _ in range(300)}
        cities = {(german[11:-1], english[7:-1]) for german, english in said}
        self.assertGreater(len(cities & set(PLACES.items())), 30)
        self.assertGreater(len(cities), 60)

    def test_a_header_tells_title_style_and_scheme(self):
        text = "=== Eins | modern | ABAB\nüber\n\n=== Zwei | Heine | 1827\nb\n\n=== | old\nc\n\n=== \nd\n"
        told = [header for header, _ in titled_songs(text)]
        self.assertEqual(told, ["=== Eins | modern | ABAB\n", "=== Zwei\n", "=== | old\n", ""])
        german = titled_songs(text, NORMALIZERS["lieder"][0])
        self.assertEqual((titled_songs(text)[0][1], german[0][1]), ("ber\n\n", "über\n\n"))

    def test_a_file_may_be_read_several_times_an_epoch(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in "ab":
                (Path(folder) / name).write_text(f"=== {name}\nla\n", encoding="utf-8")
            songs = read_songs(Path(folder), ["a", {"path": "b", "repeat": 2}])
        self.assertEqual([header for header, _ in songs], ["=== a\n", "=== b\n", "=== b\n"])


class Together(unittest.TestCase):
    def test_an_archive_and_two_recipes_give_two_folders(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "data").mkdir()
            write_data(folder / "data")
            with tarfile.open(folder / "data.tar.xz", "w:xz") as archive:
                archive.add(folder / "data", ".")
            recipes = [write_recipe(folder, kind, steps=100_000) for kind in ("gpt2", "transformer")]
            main(["together", "--data", str(folder / "data.tar.xz"), "--out", str(folder / "out"), "--minutes", "0.05",
                  *map(str, recipes), "--report-every", "1"])
            for recipe in recipes:
                files = {path.name for path in (folder / "out" / recipe.stem).iterdir()}
                self.assertLessEqual({"config.json", "tokenizer.json", "model.safetensors"}, files)
                self.assertNotIn("checkpoint.pt", files)
                self.assertIn("decay over", (folder / "out" / f"{recipe.stem}.log").read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
