"""Tasks of the reading models: text classification, tagging, masked language modelling."""

from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import nn

from .labels import Encoded, Spelling, read_labelled, read_tagged
from .masked_lm import MaskedLm
from .masking import MASK, hide, read_texts, taken_out
from .pairs import END, SPECIAL, START, PairBatches, learn_bpe, pad
from .tagger import Tagger
from .text_classifier import TextClassifier

UNSCORED = -100


def figures(found: list[int], wanted: list[int], classes: int) -> dict:
    """Returns accuracy and macro F1."""
    f1 = []
    for c in range(classes):
        both = sum(a == b == c for a, b in zip(found, wanted))
        f1.append(2 * both / max(1, found.count(c) + wanted.count(c)))
    accuracy = sum(a == b for a, b in zip(found, wanted)) / max(1, len(wanted))
    return {"dev_accuracy": round(accuracy, 4), "dev_macro_f1": round(sum(f1) / classes, 4)}


class ReadingTask(nn.Module):
    """The common part of classifier and tagger; examples are pairs of input ids and labels."""

    def __init__(self, recipe: dict, device: torch.device):
        super().__init__()
        self.recipe, self.shares, self.device = recipe, recipe["train"].get("shares", 1), device
        self.sizes = {name: size for name, size in recipe["model"].items() if name != "type"}
        self.labels, self.smoothing = self.sizes["labels"], recipe["train"]["label_smoothing"]
        self.states: dict[int, tuple] = {}

    def batches_of(self, pairs) -> PairBatches:
        settings, files = self.recipe["train"], self.recipe["data"]
        return PairBatches(pairs, Encoded(), files["max_tokens"], settings["tokens_per_batch"], settings["seed"])

    def targets(self, step: int) -> int:
        return sum(len(labels) for _, labels in self.batches.at(step))

    def forward(self, step: int, share: int) -> torch.Tensor:
        """Returns the loss in nats, summed over one share of the examples."""
        pairs = self.batches.at(step)
        part = pairs[share :: self.shares]
        logits = self.logits(self.model, [read for read, _ in part or pairs[:1]])
        labels = pad_labels([labels for _, labels in part or pairs[:1]]).to(self.device)
        if not part:
            labels = torch.full_like(labels, UNSCORED)
        return nn.functional.cross_entropy(logits.float().flatten(0, -2), labels.flatten(), reduction="sum",
                                           ignore_index=UNSCORED, label_smoothing=self.smoothing)

    @torch.no_grad()
    def judge(self, model, final: bool) -> tuple[float, dict]:
        """Returns a score (lower is better) and the figures to publish."""
        was_training = model.training
        model.eval()
        found, wanted = [], []
        for begin in range(0, len(self.dev), 50):
            pairs = self.dev[begin : begin + 50]
            best = self.logits(model, [read for read, _ in pairs]).argmax(-1).reshape(len(pairs), -1)
            for row, (_, labels) in zip(best.tolist(), pairs):
                found += row[: len(labels)]
                wanted += labels
        model.train(was_training)
        measured = figures(found, wanted, len(self.labels))
        return -measured["dev_accuracy"], measured


def pad_labels(rows: list[list[int]]) -> torch.Tensor:
    longest = max(map(len, rows))
    return torch.tensor([row + [UNSCORED] * (longest - len(row)) for row in rows])


class ClassifierTask(ReadingTask):
    """Text classification."""

    unit = "texts"

    def __init__(self, recipe: dict, data: Path, tokenizer: str | None, device: torch.device):
        super().__init__(recipe, device)
        train, dev = (read_labelled(data, recipe["data"][part], self.labels) for part in ("train", "dev"))
        if tokenizer:
            self.tokenizer = Tokenizer.from_str(tokenizer)
        else:
            self.tokenizer = learn_bpe((text for text, _ in train), recipe["tokenizer"]["vocab_size"])
        self.tokenizer_json = tokenizer or self.tokenizer.to_str(pretty=False) + "\n"
        self.dev, self.batches = self.encoded(dev), self.batches_of(self.encoded(train))
        self.config = {"vocab_size": self.tokenizer.get_vocab_size()} | self.sizes
        self.model = TextClassifier(**self.config)
        self.about = (f"{len(train)} texts to train on, {len(dev)} to validate on, "
                      f"{self.batches.epoch_len} steps an epoch")

    def encoded(self, examples) -> list[tuple[list[int], list[int]]]:
        found = self.tokenizer.encode_batch([text for text, _ in examples], add_special_tokens=False)
        return [(encoding.ids, [label]) for encoding, (_, label) in zip(found, examples) if encoding.ids]

    def logits(self, model, rows: list[list[int]]) -> torch.Tensor:
        return model(pad(rows).to(self.device), torch.tensor([len(row) for row in rows]))


class TaggerTask(ReadingTask):
    """Tagging."""

    unit = "words"

    def __init__(self, recipe: dict, data: Path, tokenizer: str | None, device: torch.device):
        super().__init__(recipe, device)
        train, dev = (read_tagged(data, recipe["data"][part], self.labels) for part in ("train", "dev"))
        if tokenizer:
            self.tokenizer = Spelling.from_json(tokenizer)
        else:
            settings = recipe["tokenizer"]
            words = [word for words, _ in train for word in words]
            self.tokenizer = Spelling.learn(words, settings["vocab_size"], settings["min_count"])
        self.tokenizer_json = tokenizer or self.tokenizer.to_json()
        self.forms: dict[tuple, int] = {}
        self.dev, self.batches = self.encoded(dev), self.batches_of(self.encoded(train))
        self.spellings = list(self.forms)
        sizes = {"vocab_size": len(self.tokenizer.words), "char_vocab_size": len(self.tokenizer.characters)}
        self.config = sizes | self.sizes
        self.model = Tagger(**self.config)
        self.about = (f"{len(train)} sentences to train on, {len(dev)} to validate on, "
                      f"{self.batches.epoch_len} steps an epoch")

    def encoded(self, sentences) -> list[tuple[list[int], list[int]]]:
        number = lambda word: self.forms.setdefault(self.tokenizer.form(word), len(self.forms))
        return [([number(word) for word in words], labels) for words, labels in sentences]

    def logits(self, model, rows: list[list[int]]) -> torch.Tensor:
        distinct = {form: i for i, form in enumerate(sorted({form for row in rows for form in row}))}
        forms = [self.spellings[form] for form in distinct]
        places = pad([[distinct[form] for form in row] for row in rows])
        tensors = (torch.tensor([word for word, _ in forms]), pad([list(chars) for _, chars in forms]),
                   torch.tensor([len(chars) for _, chars in forms]), places, torch.tensor([len(row) for row in rows]))
        return model(*(tensor.to(self.device) for tensor in tensors))


class MaskedTask(nn.Module):
    """Masked language modelling."""

    unit = "tokens"

    def __init__(self, recipe: dict, data: Path, tokenizer: str | None, device: torch.device):
        super().__init__()
        self.recipe, self.shares, self.device = recipe, recipe["train"].get("shares", 1), device
        self.sizes = {name: size for name, size in recipe["model"].items() if name != "type"}
        self.states: dict[int, tuple] = {}
        settings, files = recipe["train"], recipe["data"]
        train = [text for texts in read_texts(data, files["train"]) for text in texts]
        self.dev = dict(zip(("german", "english", "other"), read_texts(data, files["dev"])))
        if tokenizer:
            self.tokenizer = Tokenizer.from_str(tokenizer)
        else:
            self.tokenizer = learn_bpe(train, recipe["tokenizer"]["vocab_size"], [*SPECIAL, "[MASK]"])
        self.tokenizer_json = tokenizer or self.tokenizer.to_str(pretty=False) + "\n"
        self.config = {"vocab_size": self.tokenizer.get_vocab_size()} | self.sizes
        rows = [encoding.ids for encoding in self.tokenizer.encode_batch(train)]
        self.batches = PairBatches([(row, row) for row in rows if len(row) > 2], Encoded(), files["max_tokens"],
                                   settings["tokens_per_batch"], settings["seed"])
        self.last = (-1, ([], []))
        self.model = MaskedLm(**self.config)
        self.about = (f"{len(self.batches.pairs)} of {len(train)} texts to train on, "
                      f"{sum(map(len, self.dev.values()))} to validate on, {self.batches.epoch_len} steps an epoch")

    def hidden(self, step: int) -> tuple[list[list[int]], list[list[int]]]:
        if self.last[0] != step:
            rows = [row for row, _ in self.batches.at(step)]
            self.last = (step, hide(rows, self.config["vocab_size"], self.recipe["train"]["seed"], step))
        return self.last[1]

    def targets(self, step: int) -> int:
        return sum(target != UNSCORED for targets in self.hidden(step)[1] for target in targets)

    def forward(self, step: int, share: int) -> torch.Tensor:
        """Returns the loss in nats, summed over one share of the texts."""
        hidden, wanted = self.hidden(step)
        rows, targets = hidden[share :: self.shares] or hidden[:1], pad_labels(wanted[share :: self.shares] or wanted[:1])
        if len(hidden) <= share:
            targets = torch.full_like(targets, UNSCORED)
        features = self.model.encode(pad(rows).to(self.device), torch.tensor([len(row) for row in rows]).to(self.device))
        targets = targets.to(self.device)
        scored = targets != UNSCORED
        return nn.functional.cross_entropy(self.model.predict(features[scored]).float(), targets[scored], reduction="sum")

    @torch.no_grad()
    def judge(self, model, final: bool) -> tuple[float, dict]:
        """Returns a score (lower is better) and the figures to publish: how often a masked word is the first
        candidate, and among the first five. Words of several tokens count as not found."""
        was_training = model.training
        model.eval()
        measured, score = {}, []
        for language, texts in self.dev.items():
            ranks = []
            for begin in range(0, len(texts), 100):
                ranks += self.ranks(model, texts[begin : begin + 100], begin)
            if ranks:
                first, five = (sum(rank < k for rank in ranks) / len(ranks) for k in (1, 5))
                measured |= {f"dev_{language}_first": round(first, 4), f"dev_{language}_first_five": round(five, 4)}
                score.append(-five)
        model.train(was_training)
        return sum(score) / len(score), measured

    def ranks(self, model, texts: list[str], begin: int) -> list[float]:
        """Returns, for each text, the number of tokens that are more likely than the masked word."""
        rows, places, words = [], [], []
        texts = [self.tokenizer.normalizer.normalize_str(text) for text in texts]
        for index, encoding in enumerate(self.tokenizer.encode_batch(texts, add_special_tokens=False)):
            if not (word := taken_out(texts[index], begin + index)):
                continue
            inside = [at for at, (a, b) in enumerate(encoding.offsets) if b > word[0] and a < word[1]]
            ids = encoding.ids[: inside[0]] + [MASK] + encoding.ids[inside[-1] + 1 :]
            if len(ids) + 2 <= self.recipe["data"]["max_tokens"]:
                rows.append([START, *ids, END])
                places.append(inside[0] + 1)
                words.append(encoding.ids[inside[0]] if len(inside) == 1 else None)
        if not rows:
            return []
        features = model.encode(pad(rows).to(self.device), torch.tensor([len(row) for row in rows]).to(self.device))
        logits = model.predict(features[torch.arange(len(rows)), torch.tensor(places)]).float()
        logits[:, : MASK + 1] = -float("inf")
        likelier = lambda row, word: float("inf") if word is None else (row > row[word]).sum().item()
        return [likelier(row, word) for row, word in zip(logits, words)]


READING_TASKS = {"text_classifier": ClassifierTask, "tagger": TaggerTask, "bert": MaskedTask}
