"""Several recipes side by side on one machine, in a given time: for a GPU that is lent for minutes.

Small models leave most of a large GPU idle, so each recipe trains in a process of its own, all at once.
"""

import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

# What stays behind: it is many times as large as the model and needed only to go on.
LEFT = ("checkpoint.pt",)


def unpacked(data: Path, room: Path) -> Path:
    """The data folder: as it is, or out of an archive that travelled here."""
    if data.is_dir():
        return data
    with tarfile.open(data) as archive:
        archive.extractall(room, filter="data")
    return room


def train_together(recipes: list[Path], data: Path, out: Path, minutes: float, init: Path | None,
                   options: list[str]) -> None:
    """Trains all `recipes` for `minutes` each, at once; OUT gets a model folder and a log for each.

    A recipe begins with the folder of its name below `init` where there is one.
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
