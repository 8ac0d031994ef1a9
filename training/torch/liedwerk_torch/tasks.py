"""What is trained: a task makes the model, cuts batches into shares, and judges the weights."""

import math
from pathlib import Path

import sacrebleu
import torch
from tokenizers import Tokenizer
from torch import nn

from .char_lstm import CharLstm, bits_per_character
from .data import NORMALIZERS, Streams, load_ids, tokenizer_json
from .functional import LinearCrossEntropy
from .pairs import END, PAD, START, PairBatches, encode_pairs, learn_bpe, pad, read_pairs
from .seq2seq import Seq2Seq
from .transformer import Transformer


class SongTask:
    """Next-character prediction over parallel streams; the state is carried from step to step."""

    unit = "characters"

    def __init__(self, recipe: dict, data: Path, out: Path):
        settings, normalize = recipe["train"], recipe["data"]["normalize"]
        train_ids = load_ids(data / recipe["data"]["train"], normalize)
        self.dev_ids = load_ids(data / recipe["data"]["dev"], normalize)
        self.streams = Streams(train_ids, settings["batch_size"], settings["window"], settings["seed"])
        self.batch_size = settings["batch_size"]
        shape = {k: v for k, v in recipe["model"].items() if k != "type"}
        self.config = {"vocab_size": len(NORMALIZERS[normalize][1])} | shape
        self.model = CharLstm(**self.config)
        self.tokenizer_json = tokenizer_json(normalize)
        self.state = self.model.zero_state(self.batch_size)
        self.about = (f"{len(train_ids)} characters to train on, {len(self.dev_ids)} to validate on, "
                      f"{self.streams.windows_per_epoch} steps an epoch")

    def shares(self, step: int, count: int) -> list[tuple]:
        inputs, targets, begins = self.streams.at(step)
        if begins:
            self.state = self.model.zero_state(self.batch_size)
        h, c = ([part.contiguous() for part in s.chunk(count, dim=1)] for s in self.state)
        return list(zip(inputs.chunk(count), targets.chunk(count), zip(h, c)))

    @staticmethod
    def loss(model, share) -> tuple[torch.Tensor, int, tuple]:
        """Summed loss in nats, how many characters it counts, and the new state."""
        inputs, targets, state = share
        logits, state = model(inputs, state)
        loss = nn.functional.cross_entropy(logits.float().flatten(0, 1), targets.flatten(), reduction="sum")
        return loss, targets.numel(), tuple(s.detach().float() for s in state)

    def carry(self, states: list[tuple]) -> None:
        self.state = tuple(torch.cat(parts, dim=1) for parts in zip(*states))

    def judge(self, model, final: bool) -> tuple[float, dict]:
        """A score (less is better) and the figures to publish."""
        bits = bits_per_character(model, self.dev_ids, streams=1 if final else 32)
        return bits, {"dev_bits_per_char": round(bits, 4)}


class TranslationTask:
    """Next-token prediction of the target sentence, given the source sentence."""

    unit = "target tokens"
    models = {"transformer": Transformer, "seq2seq": Seq2Seq}

    def __init__(self, recipe: dict, data: Path, out: Path):
        settings, files = recipe["train"], recipe["data"]
        pairs = read_pairs([data / path for path in files["train"]])
        self.dev = read_pairs([data / files["dev"]])
        path = out / "tokenizer.json"
        if path.exists():
            self.tokenizer = Tokenizer.from_file(str(path))
        else:
            lines = (side for pair in pairs for side in pair)
            self.tokenizer = learn_bpe(lines, recipe["tokenizer"]["vocab_size"])
        self.tokenizer_json = self.tokenizer.to_str(pretty=False) + "\n"
        encoded = encode_pairs(self.tokenizer, pairs, files["max_tokens"])
        self.dev_ids = encode_pairs(self.tokenizer, self.dev, 10_000)
        self.batches = PairBatches(encoded, settings["tokens_per_batch"], settings["seed"])
        self.smoothing = settings["label_smoothing"]
        vocab = self.tokenizer.get_vocab_size()
        shape = {k: v for k, v in recipe["model"].items() if k != "type"}
        self.config = {"src_vocab_size": vocab, "tgt_vocab_size": vocab} | shape
        self.model = self.models[recipe["model"]["type"]](**self.config)
        self.state = ()
        self.about = (f"{len(encoded)} of {len(pairs)} pairs to train on, {len(self.dev)} to validate on, "
                      f"{len(self.batches._batches)} steps an epoch")

    def shares(self, step: int, count: int) -> list[tuple]:
        pairs = self.batches.at(step)
        # Every other pair, so that both shares take about as long.
        return [(pad([s for s, _ in part]), pad([t for _, t in part]))
                for k in range(count) if (part := pairs[k::count])]

    def loss(self, model, share) -> tuple[torch.Tensor, int, tuple]:
        """Summed loss in nats, how many tokens it counts, nothing to carry."""
        src, tgt = share
        targets = tgt[:, 1:]
        scored = targets != PAD
        features = model.features(src, tgt[:, :-1])[scored]
        loss = LinearCrossEntropy.apply(features, model.output_weight, targets[scored], self.smoothing)
        return loss, len(features), ()

    def carry(self, states: list[tuple]) -> None:
        pass

    @torch.no_grad()
    def translate(self, model, sources: list[list[int]]) -> list[str]:
        """Greedy translations, in the sources' order."""
        order = sorted(range(len(sources)), key=lambda i: len(sources[i]))
        texts = [""] * len(sources)
        for begin in range(0, len(order), 100):
            rows = order[begin : begin + 100]
            src = pad([sources[i] for i in rows])
            for i, ids in zip(rows, greedy(model, src)):
                texts[i] = self.tokenizer.decode(ids).strip()
        return texts

    @torch.no_grad()
    def judge(self, model, final: bool) -> tuple[float, dict]:
        """A score (less is better) and the figures to publish: greedy BLEU, nats a token."""
        was_training = model.training
        model.eval()
        nats = tokens = 0
        for begin in range(0, len(self.dev_ids), 100):
            pairs = self.dev_ids[begin : begin + 100]
            src, tgt = pad([s for s, _ in pairs]), pad([t for _, t in pairs])
            logits = model(src, tgt[:, :-1]).float().flatten(0, 1)
            targets = tgt[:, 1:].flatten()
            nats += nn.functional.cross_entropy(logits, targets, ignore_index=PAD, reduction="sum").item()
            tokens += int((targets != PAD).sum())
        rows = range(len(self.dev)) if final else range(0, len(self.dev), 4)
        texts = self.translate(model, [self.dev_ids[i][0] for i in rows])
        bleu = sacrebleu.corpus_bleu(texts, [[self.dev[i][1] for i in rows]]).score
        model.train(was_training)
        return -bleu, {"dev_bleu_greedy": round(bleu, 2), "dev_nats_per_token": round(nats / tokens, 4)}


def greedy(model, src: torch.Tensor) -> list[list[int]]:
    """The likeliest token at every step, until <end> or twice the source's length."""
    tgt = torch.full((len(src), 1), START)
    done = torch.zeros(len(src), dtype=torch.bool)
    if isinstance(model, Transformer):
        memory = model.encode(src)
    else:
        values, state, padding = model.encode(src)
        keys = model.attention.key(values)
    for _ in range(math.ceil(1.6 * src.shape[1]) + 8):
        if isinstance(model, Transformer):
            features = model.decode(memory, src, tgt)
        else:
            table = model.embedding if model.tied else model.tgt_embedding
            features, state = model.steps(values, keys, padding, table(tgt[:, -1:]), state)
        token = (features[:, -1] @ model.output_weight.T).argmax(1).masked_fill(done, PAD)
        tgt = torch.cat([tgt, token.unsqueeze(1)], dim=1)
        done |= token == END
        if done.all():
            break
    return [[i for i in row if i not in (PAD, START, END)] for row in tgt.tolist()]
