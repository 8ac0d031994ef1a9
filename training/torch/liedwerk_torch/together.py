"""Trains several recipes in parallel on one machine, in a given time, as on a GPU available for some minutes.

Small models leave most of a large GPU idle, so each recipe trains in its own process, all at once.
"""

import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

# Files not copied to OUT: the checkpoint is many times as large as the model and only needed to resume.
LEFT = ("checkpoint.pt",)


def unpacked(data: Path, room: Path) -> Path:
    """Returns the data folder, unpacking it first if it is an archive."""
    if data.is_dir():
        return data
    with tarfile.open(data) as archive:
        archive.extractall(room, filter="data")
    return room


def train_together(recipes: list[Path], data: Path, out: Path, minutes: float, init: Path | None,
                   options: list[str]) -> None:
    """Trains all `recipes` in parallel for `minutes`; writes a model folder and a log for each to `out`.

    A recipe starts from the folder of its name below `init` if there is one.
    """
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as room:
        folder = unpacked(data, Path(room) / "data")
        running = {}
        for recipe in recipes:
            work = Path(room) / recipe.stem
            begin = ["--init", init / recipe.stem] if init and (init / recipe.stem).exists() else []
            with (out / f"{recipe.stem}.log").open("w", encoding="utf-8") as log:
                command = [sys.executable, "-m", "liedwerk_torch", "train", "--recipe", recipe, "--data", folder,
                           "--out", work, "--minutes", minutes, *begin, *options]
                running[recipe.stem] = work, subprocess.Popen(list(map(str, command)), stdout=log, stderr=log)
        failed = []
        for name, (work, process) in running.items():
            if process.wait() != 0:
                failed.append(name)
            if (work / "model.safetensors").exists():
                shutil.copytree(work, out / name, ignore=lambda *_: LEFT, dirs_exist_ok=True)
    if failed:
        raise SystemExit(f"failed, see their logs in {out}: {', '.join(failed)}")
