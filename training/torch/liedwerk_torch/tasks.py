"""Training tasks: a task creates the model, splits steps into shares, and evaluates the weights."""

import math
from pathlib import Path

import sacrebleu
import torch
from tokenizers import Tokenizer
from torch import nn

from .char_lstm import CharLstm, bits_per_character
from .data import NORMALIZERS, SongWindows, Streams, character_ids, joined_text, read_songs, tokenizer_json
from .decoding import translate
from .functional import LinearCrossEntropy
from .gpt import Gpt
from .pairs import PAD, PairBatches, PairEncoder, learn_bpe, learn_song_bpe, pad, read_pairs
from .reading_tasks import READING_TASKS
from .seq2seq import Seq2Seq
from .transformer import Transformer


class Task(nn.Module):
    """The common part of tasks. Subclasses set `config`, that of the model, and `unit`, the name of its targets."""

    def __init__(self, recipe: dict, device: torch.device):
        super().__init__()
        self.recipe, self.shares, self.device = recipe, recipe["train"].get("shares", 1), device
        self.sizes = {name: size for name, size in recipe["model"].items() if name != "type"}
        self.states: dict[int, tuple] = {}  # state carried from step to step, by share


class SongTask(Task):
    """Next-character prediction over parallel streams, with the state carried from step to step."""

    unit = "characters"

    def __init__(self, recipe: dict, data: Path, tokenizer: str | None, device: torch.device):
        super().__init__(recipe, device)
        settings, normalize = recipe["train"], recipe["data"]["normalize"]
        train_ids, self.dev_ids = (
            character_ids(joined_text(data, recipe["data"][part]), normalize) for part in ("train", "dev"))
        self.streams = Streams(train_ids, settings["batch_size"], settings["window"], settings["seed"])
        self.config = {"vocab_size": len(NORMALIZERS[normalize][1])} | self.sizes
        self.model = CharLstm(**self.config)
        self.tokenizer_json = tokenizer or tokenizer_json(normalize)
        self.about = (f"{len(train_ids)} characters to train on, {len(self.dev_ids)} to validate on, "
                      f"{self.streams.windows_per_epoch} steps an epoch")

    def targets(self, step: int) -> int:
        return self.streams.batch_size * self.streams.window

    def forward(self, step: int, share: int) -> torch.Tensor:
        """Returns the loss in nats, summed over one share of the streams."""
        inputs, targets, begins = self.streams.at(step)
        inputs, targets = (ids.tensor_split(self.shares)[share].to(self.device) for ids in (inputs, targets))
        state = None if begins else self.states.get(share)
        if state is None:
            state = self.model.zero_state(len(inputs))
        logits, state = self.model(inputs, tuple(part.to(self.device) for part in state))
        self.states[share] = tuple(part.detach().float() for part in state)
        return nn.functional.cross_entropy(logits.float().flatten(0, 1), targets.flatten(), reduction="sum")

    def judge(self, model, final: bool) -> tuple[float, dict]:
        """Returns a score (lower is better) and the figures to publish."""
        bits = bits_per_character(model, self.dev_ids, streams=1 if final else 32)
        return bits, {"dev_bits_per_char": round(bits, 4)}


class GptTask(Task):
    """Next-token prediction over windows of songs."""

    unit = "tokens"

    def __init__(self, recipe: dict, data: Path, tokenizer: str | None, device: torch.device):
        super().__init__(recipe, device)
        settings, files = recipe["train"], recipe["data"]
        normalize = NORMALIZERS[files.get("normalize", "songs")][0]
        songs = read_songs(data, files["train"], normalize)
        if tokenizer:
            self.tokenizer = Tokenizer.from_str(tokenizer)
        else:
            self.tokenizer = learn_song_bpe((title + verses for title, verses in songs), recipe["tokenizer"]["vocab_size"])
        self.tokenizer_json = tokenizer or self.tokenizer.to_str(pretty=False) + "\n"
        ids = [[encoding.ids for encoding in self.tokenizer.encode_batch(list(side))] for side in zip(*songs)]
        self.config = {"vocab_size": self.tokenizer.get_vocab_size()} | self.sizes
        self.model = Gpt(**self.config)
        self.windows = SongWindows(
            list(zip(*ids)), files.get("titles", 0.5), settings["batch_size"], self.config["n_positions"], settings["seed"])
        self.dev = normalize(joined_text(data, files["dev"]))
        self.about = (f"{len(songs)} songs, {sum(map(len, ids[1]))} tokens to train on, "
                      f"{len(self.dev)} characters to validate on, {self.windows.steps_per_epoch} steps an epoch")

    def targets(self, step: int) -> int:
        return self.windows.batch_size * self.windows.window

    def forward(self, step: int, share: int) -> torch.Tensor:
        """Returns the loss in nats, summed over one share of the windows."""
        ids = self.windows.at(step).tensor_split(self.shares)[share].to(self.device)
        features = self.model.features(ids[:, :-1])
        return LinearCrossEntropy.apply(
            features.flatten(0, 1), self.model.output_weight, ids[:, 1:].flatten(), 0.0)

    @torch.no_grad()
    def judge(self, model, final: bool) -> tuple[float, dict]:
        """Returns a score (lower is better) and the figures to publish: bits per character without look-ahead.

        Windows of N tokens advance by N / 2, so each token except the first ones is predicted from at least
        half a context. A line break is put before the text.
        """
        was_training = model.training
        model.eval()
        ids = torch.tensor(self.tokenizer.encode("\n").ids + self.tokenizer.encode(self.dev).ids)
        length = self.config["n_positions"]
        nats, scored = 0.0, 1
        while scored < len(ids):
            begin = max(0, scored - 1 - length // 2)
            window = ids[begin : begin + length + 1].to(self.device)
            logits = model(window[None, :-1])[0].float()
            first = scored - begin - 1
            nats += nn.functional.cross_entropy(logits[first:], window[first + 1 :], reduction="sum").item()
            scored = begin + len(window)
        model.train(was_training)
        bits = nats / len(self.dev) / math.log(2)
        return bits, {"dev_bits_per_char": round(bits, 4)}


class TranslationTask(Task):
    """Next-token prediction of the target sentence, given the source sentence."""

    unit = "target tokens"
    models = {"transformer": Transformer, "seq2seq": Seq2Seq}

    def __init__(self, recipe: dict, data: Path, tokenizer: str | None, device: torch.device):
        super().__init__(recipe, device)
        settings, files = recipe["train"], recipe["data"]
        reverse = files.get("reverse", False)
        pairs = read_pairs(data, files["train"], reverse)
        self.dev = read_pairs(data, [files["dev"]], reverse)
        if tokenizer:
            self.tokenizer = Tokenizer.from_str(tokenizer)
        else:
            lines = (side for pair in pairs for side in pair)
            self.tokenizer = learn_bpe(lines, recipe["tokenizer"]["vocab_size"])
        self.tokenizer_json = tokenizer or self.tokenizer.to_str(pretty=False) + "\n"
        encoder = PairEncoder(self.tokenizer, recipe["tokenizer"].get("bpe_dropout", 0.0))
        self.dev_ids = PairEncoder(self.tokenizer).encode(self.dev)
        self.batches = PairBatches(
            pairs, encoder, files["max_tokens"], settings["tokens_per_batch"], settings["seed"])
        self.smoothing = settings["label_smoothing"]
        vocab = self.tokenizer.get_vocab_size()
        self.config = {"src_vocab_size": vocab, "tgt_vocab_size": vocab} | self.sizes
        self.model = self.models[recipe["model"]["type"]](**self.config)
        self.about = (f"{len(self.batches.pairs)} of {len(pairs)} pairs to train on, {len(self.dev)} to validate on, "
                      f"{self.batches.epoch_len} steps an epoch")

    def targets(self, step: int) -> int:
        return sum(len(target) - 1 for _, target in self.batches.at(step))

    def forward(self, step: int, share: int) -> torch.Tensor:
        """Returns the loss in nats, summed over one share of the pairs. Shares are interleaved, so that all take
        about equally long."""
        pairs = self.batches.at(step)
        part = pairs[share :: self.shares]
        src = pad([source for source, _ in part or pairs[:1]]).to(self.device)
        tgt = pad([target for _, target in part or pairs[:1]]).to(self.device)
        targets = tgt[:, 1:]
        scored = targets != PAD if part else torch.zeros_like(targets, dtype=torch.bool)
        features = self.model.features(src, tgt[:, :-1])[scored]
        return LinearCrossEntropy.apply(features, self.model.output_weight, targets[scored], self.smoothing)

    @torch.no_grad()
    def judge(self, model, final: bool) -> tuple[float, dict]:
        """Returns a score (lower is better) and the figures to publish: greedy BLEU and nats per token."""
        was_training = model.training
        model.eval()
        nats = tokens = 0
        for begin in range(0, len(self.dev_ids), 100):
            pairs = self.dev_ids[begin : begin + 100]
            src, tgt = (pad(list(side)).to(self.device) for side in zip(*pairs))
            logits = model(src, tgt[:, :-1]).float().flatten(0, 1)
            targets = tgt[:, 1:].flatten()
            nats += nn.functional.cross_entropy(logits, targets, ignore_index=PAD, reduction="sum").item()
            tokens += int((targets != PAD).sum())
        rows = range(0, len(self.dev), 1 if final else 4)
        texts = translate(model, self.tokenizer, [self.dev_ids[i][0] for i in rows], self.device)
        bleu = sacrebleu.corpus_bleu(texts, [[self.dev[i][1] for i in rows]]).score
        model.train(was_training)
        return -bleu, {"dev_bleu_greedy": round(bleu, 2), "dev_nats_per_token": round(nats / tokens, 4)}


TASKS = {"char_lstm": SongTask, "gpt2": GptTask, "transformer": TranslationTask, "seq2seq": TranslationTask} | READING_TASKS
