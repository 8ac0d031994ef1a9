"""Tests the trainer's guarantees on tiny models.

    python -m unittest discover -s tests -t .

With LIEDWERK=path/to/liedwerk, also tests that the Rust trainer and command line agree.
"""

import contextlib
import io
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import torch

from liedwerk_torch.command import main
from liedwerk_torch.data import SongWindows
from liedwerk_torch.masking import UNSCORED, hide
from liedwerk_torch.order import epoch_seed, hashes, permutation

from .tiny import MODELS, WRITING, write_data, write_recipe

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore", "PYTHONDONTWRITEBYTECODE": "1"}
LIEDWERK = os.environ.get("LIEDWERK")
STEPS = 20

torch.set_num_threads(1)


def command(*arguments, workers: int) -> list[str]:
    return [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(workers),
            "-m", "liedwerk_torch", *map(str, arguments)]


def run(*arguments, workers: int = 1) -> str:
    """Returns the output of the command; with one worker, it runs in this process."""
    if workers == 1:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            main([str(argument) for argument in arguments])
        return printed.getvalue()
    done = subprocess.run(command(*arguments, workers=workers), cwd=ROOT, env=ENVIRONMENT, text=True,
                          capture_output=True, timeout=300)
    if done.returncode:
        raise AssertionError(f"{arguments}: exit status {done.returncode}\n{done.stdout}\n{done.stderr[-4000:]}")
    return done.stdout


def losses(output: str) -> dict[int, float]:
    return {int(step): float(nats) for step, nats in re.findall(r"^step (\d+): train ([\d.]+) nats", output, re.M)}


class Training(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        write_data(self.folder)

    def train(self, recipe: Path, out: str, *more, workers: int = 1) -> dict[int, float]:
        return losses(run("train", "--recipe", recipe, "--data", self.folder, "--out", self.folder / out,
                          "--report-every", 1, *more, workers=workers))

    def assert_close(self, some: dict[int, float], others: dict[int, float], relative: float):
        self.assertEqual(some.keys(), others.keys())
        self.assertGreaterEqual(len(some), 10)
        for step, loss in some.items():
            self.assertLess(abs(loss - others[step]), relative * loss, f"step {step}: {loss}, {others[step]}")

    def test_the_order_is_that_of_the_rust_trainer(self):
        # The same numbers are tested in src/train/order.rs,
        self.assertEqual(permutation(epoch_seed(1, 0), 8), [0, 4, 1, 5, 6, 7, 2, 3])
        self.assertEqual(int(hashes(epoch_seed(7, 3), 1)[0] % 1_000_000), 669_695)
        # in src/train/windows.rs,
        songs = [([100 + k], list(range(10 * k, 10 * k + 7))) for k in range(4)]
        windows = SongWindows(songs, titles=0.5, batch_size=2, window=5, seed=1)
        self.assertEqual(windows.steps_per_epoch, 2)
        inputs = [windows.at(step)[:, :-1].flatten().tolist() for step in (0, 1, 3)]
        self.assertEqual(inputs[0], [31, 32, 33, 34, 35, 11, 12, 13, 14, 15])
        self.assertEqual(inputs[1], [23, 24, 25, 26, 30, 100, 0, 1, 2, 3])
        self.assertEqual(inputs[2], [21, 22, 23, 24, 25, 4, 5, 6, 103, 30])
        # and in src/train/masking.rs.
        rows = [[1, 10, 11, 12, 13, 14, 15, 16, 2], [1, 20, 21, 22, 2], [1, 30, 2]]
        drawn = [[(read, target) for row in zip(*hide(rows, vocab_size=50, seed=9, step=step)) for read, target in zip(*row)
                  if target != UNSCORED] for step in range(4)]
        self.assertEqual(drawn, [
            [(3, 14), (3, 21)], [(3, 10)], [(15, 15)], [(3, 12), (3, 13), (3, 21), (3, 30)]])

    def test_two_workers_give_the_losses_of_one(self):
        for kind in WRITING:
            with self.subTest(kind):
                recipe = write_recipe(self.folder, kind, dropout=0.1, steps=STEPS)
                one = self.train(recipe, f"{kind}-1")
                two = self.train(recipe, f"{kind}-2", workers=2)
                self.assert_close(one, two, 1e-5)
                self.assertEqual(min(one), 1)
                self.assertEqual(max(one), STEPS)

    def test_a_killed_worker_costs_no_more_than_the_steps_since_the_checkpoint(self):
        recipe = write_recipe(self.folder, "transformer", dropout=0.1, steps=100_000)
        out = self.folder / "killed"
        process = subprocess.Popen(
            command("train", "--recipe", recipe, "--data", self.folder, "--out", out, workers=2),
            cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)
        try:
            deadline = time.monotonic() + 120
            while not (out / "checkpoint.pt").exists():
                self.assertLess(time.monotonic(), deadline, "no checkpoint was written")
                self.assertIsNone(process.poll(), "the training ended")
                time.sleep(0.05)
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
            os.kill(int(children[-1]), signal.SIGKILL)
            _, errors = process.communicate(timeout=120)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
        self.assertNotEqual(process.returncode, 0)
        self.assertIn(b"SIGKILL", errors)

        # One worker resumes the run of two, with the losses of a run that was never interrupted.
        step = torch.load(out / "checkpoint.pt", weights_only=True)["step"]
        rest = self.train(recipe, "killed", "--resume", "--steps", step + 10)
        whole = self.train(recipe, "whole", "--steps", step + 10)
        self.assert_close(rest, {at: whole[at] for at in range(step + 1, step + 11)}, 1e-5)

    @unittest.skipUnless(LIEDWERK, "LIEDWERK does not name the command")
    def test_the_rust_trainer_has_the_same_losses(self):
        for kind in MODELS:
            with self.subTest(kind):
                recipe = write_recipe(self.folder, kind, steps=STEPS)
                self.train(recipe, f"{kind}-init", "--steps", 1)
                init = self.folder / f"{kind}-init"
                ours = self.train(recipe, f"{kind}-torch", "--init", init)
                log = self.folder / "log.jsonl"
                liedwerk("train", "--recipe", recipe, "--data", self.folder, "--out", self.folder / f"{kind}-rust",
                         "--init", init, "--log", log)
                lines = [json.loads(line) for line in log.read_text().splitlines()]
                self.assert_close(ours, {line["step"]: line["loss"] for line in lines}, 1e-4)

    @unittest.skipUnless(LIEDWERK, "LIEDWERK does not name the command")
    def test_the_rust_trainer_learns_the_same_tokenizer(self):
        for kind in MODELS:
            with self.subTest(kind):
                recipe = write_recipe(self.folder, kind, steps=STEPS)
                self.train(recipe, f"{kind}-torch", "--steps", 1)
                liedwerk("train", "--recipe", recipe, "--data", self.folder, "--out", self.folder / f"{kind}-rust",
                         "--max-steps", 1)
                ours, theirs = (json.loads((self.folder / f"{kind}-{trainer}" / "tokenizer.json").read_text("utf-8"))
                                for trainer in ("torch", "rust"))
                self.assertEqual(ours, theirs)

    @unittest.skipUnless(LIEDWERK, "LIEDWERK does not name the command")
    def test_the_command_line_finds_the_figures_of_the_folder(self):
        for kind, normalize in ("char_lstm", []), ("gpt2", ["--normalize", "songs"]):
            with self.subTest(kind):
                self.train(write_recipe(self.folder, kind, steps=STEPS), kind)
                report = liedwerk("evaluate", "--model", self.folder / kind, "--text", self.folder / "songs.txt",
                                  "--json", *normalize)
                bits = json.loads(report)["bits_per_char"]
                self.assertAlmostEqual(bits, self.figure(kind, "dev bits per char"), delta=2e-3)
        for kind, file in ("text_classifier", "labels.tsv"), ("tagger", "tags.tsv"):
            with self.subTest(kind):
                self.train(write_recipe(self.folder, kind, steps=STEPS), kind)
                report = json.loads(liedwerk("evaluate", "--model", self.folder / kind, "--labels",
                                             self.folder / file, "--json"))
                self.assertAlmostEqual(report["accuracy"], self.figure(kind, "dev accuracy"), delta=1e-4)
                self.assertAlmostEqual(report["macro_f1"], self.figure(kind, "dev macro f1"), delta=1e-4)
        self.train(write_recipe(self.folder, "bert", steps=STEPS), "bert")
        report = json.loads(liedwerk("evaluate", "--model", self.folder / "bert", "--masked", self.folder / "dev.tsv",
                                     "--json"))
        for language in "german", "english":
            self.assertAlmostEqual(report[language]["first_five"], self.figure("bert", f"dev {language} first five"), delta=1e-4)
        for kind, precision in ("transformer", "int8"), ("seq2seq", "f16"):
            with self.subTest(kind):
                self.train(write_recipe(self.folder, kind, precision, steps=400), kind, "--eval-every", 1000)
                report = liedwerk("evaluate", "--model", self.folder / kind, "--pairs", self.folder / "dev.tsv",
                                  "--beam", 1, "--no-repeat-ngram", 0, "--json")
                bleu = self.figure(kind, "dev bleu greedy")
                self.assertGreater(bleu, 10)
                self.assertLess(abs(json.loads(report)["bleu"] - bleu), 0.005 * bleu)

    def figure(self, model: str, name: str) -> float:
        """Returns a figure of the model card."""
        card = (self.folder / model / "README.md").read_text(encoding="utf-8")
        return float(re.search(rf"^\| {name} \| ([\d.]+) \|$", card, re.M)[1])

    def test_synthetic_pairs_are_pairs_to_train_on(self):
        back = write_recipe(self.folder, "transformer", steps=STEPS, data="reverse = true")
        self.train(back, "back")
        synthetic = self.folder / "more.tsv"
        run("translate", "--model", self.folder / "back", "--back", "--temperature", 1, "--out", synthetic,
            self.folder / "songs.txt")
        songs = (self.folder / "songs.txt").read_text(encoding="utf-8").splitlines()
        originals = [line for line in songs if line and not line.startswith("===")]
        pairs = [line.split("\t") for line in synthetic.read_text(encoding="utf-8").splitlines()]
        # A sampled translation may be empty and then gives no pair.
        self.assertEqual(len(originals), 150)
        self.assertGreater(len(pairs), 0.9 * len(originals))
        self.assertLessEqual({pair[1] for pair in pairs}, set(originals))
        recipe = write_recipe(self.folder, "transformer", steps=STEPS, tokenizer="bpe_dropout = 0.1")
        self.assertEqual(max(self.train(recipe, "student")), STEPS)

    def test_a_malformed_pair_is_named(self):
        (self.folder / "train.tsv").write_text("gut\tgood\nkein Tabulator\n", encoding="utf-8")
        recipe = write_recipe(self.folder, "transformer")
        with self.assertRaisesRegex(SystemExit, r"train\.tsv:2: no pair of sentences"):
            self.train(recipe, "none")


def liedwerk(*arguments) -> str:
    return subprocess.run([LIEDWERK, *map(str, arguments)], check=True, text=True, stdout=subprocess.PIPE).stdout


if __name__ == "__main__":
    unittest.main()
