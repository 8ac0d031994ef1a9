"""Image captioning: convolutions and an LSTM with additive attention (Xu et al. 2015).

Parameter names are part of the file format: do not rename. Trains on pictures from `liedwerk icons`:

    liedwerk icons --count 60000 --seed 1 --out train
    liedwerk icons --count 1000 --seed 2 --out test
    python -m liedwerk_torch.captioner --train train --test test --out captioner --steps 12000
"""

import argparse
import json
import time
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import nn

from .seq2seq import AdditiveAttention

END, GERMAN, ENGLISH = 0, 1, 2
SPECIAL = ["<end>", "<de>", "<en>"]
UNSCORED = -100


class Captioner(nn.Module):
    def __init__(self, vocab_size: int, channels: list[int], embedding_size: int, hidden_size: int,
                 attention_size: int):
        super().__init__()
        first, second, third = channels
        self.conv1 = nn.Conv2d(3, first, 3, stride=2, padding=1)
        self.conv2 = nn.Conv2d(first, second, 3, stride=2, padding=1)
        self.conv3 = nn.Conv2d(second, third, 3, padding=1)
        self.position = nn.Embedding(64, third)
        self.bridge = nn.Linear(third, hidden_size)
        self.embedding = nn.Embedding(vocab_size, embedding_size)
        self.attention = AdditiveAttention(hidden_size, third, attention_size)
        self.decoder = nn.LSTM(embedding_size + third, hidden_size, batch_first=True)
        self.head = nn.Linear(hidden_size + third, vocab_size)
        nn.init.normal_(self.position.weight, std=0.1)

    def encode(self, pictures: torch.Tensor) -> torch.Tensor:
        """Encodes pictures (B, 3, 32, 32) with values in [-1, 1] as features of 8 x 8 positions, (B, 64, K)."""
        x = torch.relu(self.conv1(pictures))
        x = torch.relu(self.conv2(x))
        x = torch.relu(self.conv3(x))
        return x.flatten(2).transpose(1, 2) + self.position.weight

    def start(self, values: torch.Tensor):
        """Returns the LSTM's initial state and the attention keys."""
        h = torch.tanh(self.bridge(values.mean(1))).unsqueeze(0)
        return (h, torch.zeros_like(h)), self.attention.key(values)

    def step(self, word: torch.Tensor, state, values: torch.Tensor, keys: torch.Tensor):
        """Reads one word (B); returns logits (B, V) for the next one, and the state."""
        scores = self.attention.score(torch.tanh(self.attention.query(state[0][-1]).unsqueeze(1) + keys))
        weights = scores.softmax(1)
        context = (weights * values).sum(1)
        out, state = self.decoder(torch.cat([self.embedding(word), context], 1).unsqueeze(1), state)
        return self.head(torch.cat([out.squeeze(1), context], 1)), state

    def forward(self, pictures: torch.Tensor, words: torch.Tensor) -> torch.Tensor:
        """Returns logits (B, T, V) for the word after each of `words` (B, T)."""
        values = self.encode(pictures)
        state, keys = self.start(values)
        logits = []
        for word in words.unbind(1):
            scores, state = self.step(word, state, values, keys)
            logits.append(scores)
        return torch.stack(logits, 1)

    @torch.no_grad()
    def write(self, pictures: torch.Tensor, language: int, longest: int = 24) -> list[list[int]]:
        """Decodes greedily until <end>, or for `longest` words."""
        values = self.encode(pictures)
        state, keys = self.start(values)
        word = torch.full((len(pictures),), language)
        written = []
        for _ in range(longest):
            scores, state = self.step(word, state, values, keys)
            word = scores.argmax(1)
            written.append(word)
        rows = torch.stack(written, 1).tolist()
        return [row[: row.index(END)] if END in row else row for row in rows]


def read(path: Path):
    """Reads pictures (N, 32, 32, 3) as bytes, with a German and an English caption each."""
    pictures = load_file(path.with_suffix(".safetensors"))["pictures"]
    captions = [line.split("\t") for line in path.with_suffix(".tsv").read_text("utf-8").splitlines()]
    return pictures, captions


def scaled(pictures: torch.Tensor) -> torch.Tensor:
    """Converts bytes (N, 32, 32, 3) to values in [-1, 1], (N, 3, 32, 32)."""
    return pictures.permute(0, 3, 1, 2).float() / 127.5 - 1


def batch_of(pictures, captions, numbers, chosen):
    """Returns the chosen pictures twice, with input and target words of their captions, German ones first."""
    rows = [[language] + [numbers[word] for word in captions[index][column].split()]
            for column, language in ((0, GERMAN), (1, ENGLISH)) for index in chosen]
    longest = max(len(row) for row in rows)
    words = torch.tensor([row + [END] * (longest - len(row)) for row in rows])
    targets = torch.tensor([row[1:] + [END] + [UNSCORED] * (longest - len(row)) for row in rows])
    return scaled(pictures[chosen]).repeat(2, 1, 1, 1), words, targets


def accuracy(model, pictures, captions, vocabulary):
    """Returns the share of captions with all words correct, for German and English."""
    shares = []
    for column, language in ((0, GERMAN), (1, ENGLISH)):
        right = 0
        for first in range(0, len(pictures), 100):
            written = model.write(scaled(pictures[first : first + 100]), language)
            right += sum(" ".join(vocabulary[word] for word in row) == captions[first + index][column]
                         for index, row in enumerate(written))
        shares.append(right / len(pictures))
    return shares


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--train", type=Path, required=True)
    parser.add_argument("--test", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=12000)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    pictures, captions = read(args.train)
    test_pictures, test_captions = read(args.test)
    words = sorted({word for pair in captions for caption in pair for word in caption.split()})
    vocabulary = SPECIAL + words
    numbers = {word: number for number, word in enumerate(vocabulary)}
    config = {"vocab_size": len(vocabulary), "channels": [32, 64, 64], "embedding_size": 64,
              "hidden_size": 128, "attention_size": 64}
    model = Captioner(**config)
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr, weight_decay=0.01, betas=(0.9, 0.99))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, args.lr, args.steps, pct_start=0.05)
    args.out.mkdir(parents=True, exist_ok=True)
    started = time.time()
    for step in range(1, args.steps + 1):
        chosen = torch.randint(len(pictures), (args.batch,)).tolist()
        x, given, targets = batch_of(pictures, captions, numbers, chosen)
        loss = nn.functional.cross_entropy(model(x, given).flatten(0, 1), targets.flatten(),
                                           ignore_index=UNSCORED)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % 100 == 0:
            print(f"step {step} loss {loss.item():.4f} {time.time() - started:.0f} s", flush=True)
        if step % 1000 == 0 or step == args.steps:
            german, english = accuracy(model, test_pictures[:300], test_captions, vocabulary)
            print(f"step {step} all words right: German {german:.3f}, English {english:.3f}", flush=True)
            save_file({name: value.half().contiguous() for name, value in model.state_dict().items()},
                      args.out / "model.safetensors")
    (args.out / "config.json").write_text(json.dumps({"model_type": "captioner"} | config) + "\n")
    (args.out / "tokenizer.json").write_text(
        json.dumps({"type": "captions", "words": vocabulary}, ensure_ascii=False) + "\n", encoding="utf-8")
    german, english = accuracy(model, test_pictures, test_captions, vocabulary)
    print(f"{len(test_pictures)} unseen: all words right: German {german:.4f}, English {english:.4f}")


if __name__ == "__main__":
    main()
