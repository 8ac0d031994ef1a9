"""Writes small random models as people have them, and what they compute, for tests/it/formats.rs to open.

    python tests/golden/formats.py tests/fixtures/formats   (needs torch, transformers and tokenizers)

gpt2-sharded   a folder of transformers in bf16: shards with an index, a vocabulary padded beyond the tokenizer
nanogpt        a checkpoint as nanoGPT's train.py saves it, in bf16's place f32, compiled (_orig_mod.), without biases,
               and the meta.pkl of its characters
lstm.pt        nn.Embedding, nn.LSTM, nn.Linear in a checkpoint with its optimiser and its characters, not in order
one_hot.pth    nn.LSTM that reads one-hot vectors: the state dict alone
expected.json  token ids, the logits after the last of them, and texts with added tokens as `tokenizers` numbers them
"""

import argparse
import json
import math
import pickle
import random
from pathlib import Path

import tokenizers
import torch
from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers
from torch import nn
from torch.nn import functional as F

CHARACTERS = "\n abdhilmnorsüw"


class Block(nn.Module):
    """nanoGPT's, with its names."""

    def __init__(self, width: int, heads: int, positions: int):
        super().__init__()
        self.heads = heads
        self.ln_1 = LayerNorm(width)
        self.attn = nn.Module()
        self.attn.c_attn = nn.Linear(width, 3 * width, bias=False)
        self.attn.c_proj = nn.Linear(width, width, bias=False)
        self.attn.register_buffer("bias", torch.ones(positions, positions).tril().view(1, 1, positions, positions))
        self.ln_2 = LayerNorm(width)
        self.mlp = nn.Module()
        self.mlp.c_fc = nn.Linear(width, 4 * width, bias=False)
        self.mlp.c_proj = nn.Linear(4 * width, width, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        b, t, c = x.shape
        q, k, v = (part.view(b, t, self.heads, -1).transpose(1, 2) for part in self.attn.c_attn(self.ln_1(x)).split(c, 2))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).reshape(b, t, c)
        x = x + self.attn.c_proj(y)
        return x + self.mlp.c_proj(F.gelu(self.mlp.c_fc(self.ln_2(x))))


class LayerNorm(nn.Module):
    """Without a bias, which nn.LayerNorm once could not do."""

    def __init__(self, width: int):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.bias = None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.layer_norm(x, self.weight.shape, self.weight, self.bias, 1e-5)


class NanoGpt(nn.Module):
    """nanoGPT's model, with its names and its tied table."""

    def __init__(self, vocab: int, width: int, layers: int, heads: int, positions: int):
        super().__init__()
        self.transformer = nn.ModuleDict({
            "wte": nn.Embedding(vocab, width),
            "wpe": nn.Embedding(positions, width),
            "h": nn.ModuleList(Block(width, heads, positions) for _ in range(layers)),
            "ln_f": LayerNorm(width),
        })
        self.lm_head = nn.Linear(width, vocab, bias=False)
        self.transformer.wte.weight = self.lm_head.weight

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        x = self.transformer.wte(ids) + self.transformer.wpe(torch.arange(ids.shape[1]))
        for block in self.transformer.h:
            x = block(x)
        return self.lm_head(self.transformer.ln_f(x))


class CharLstm(nn.Module):
    """As tutorials write it."""

    def __init__(self, vocab: int, width: int, hidden: int):
        super().__init__()
        self.emb = nn.Embedding(vocab, width)
        self.rnn = nn.LSTM(width, hidden, num_layers=2, batch_first=True)
        self.fc = nn.Linear(hidden, vocab)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return self.fc(self.rnn(self.emb(ids))[0])


class OneHotLstm(nn.Module):
    def __init__(self, vocab: int, hidden: int):
        super().__init__()
        self.lstm = nn.LSTM(vocab, hidden, bias=False)
        self.out = nn.Linear(hidden, vocab)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        one_hot = F.one_hot(ids, self.out.out_features).float()
        return self.out(self.lstm(one_hot.transpose(0, 1))[0]).transpose(0, 1)


def spread(model: nn.Module) -> nn.Module:
    """Weights large enough that every one of them matters."""
    for name, parameter in model.named_parameters():
        if parameter.dim() > 1:
            nn.init.normal_(parameter, std=0.5)
    return model.eval()


def last(logits: torch.Tensor) -> list[float]:
    return logits[0, -1].float().tolist()


@torch.no_grad()
def nanogpt(out: Path) -> dict:
    args = {"n_layer": 2, "n_head": 2, "n_embd": 8, "block_size": 12, "bias": False, "vocab_size": len(CHARACTERS),
            "dropout": 0.0}
    model = spread(NanoGpt(args["vocab_size"], args["n_embd"], args["n_layer"], args["n_head"], args["block_size"]))
    out.mkdir(exist_ok=True)
    torch.save({
        "model": {f"_orig_mod.{name}": tensor for name, tensor in model.state_dict().items()},
        "optimizer": torch.optim.AdamW(model.parameters()).state_dict(),
        "model_args": args,
        "iter_num": 2000,
        "best_val_loss": torch.tensor(1.47),
        "config": args | {"out_dir": "out", "learning_rate": 1e-3},
    }, out / "ckpt.pt")
    stoi = {c: i for i, c in enumerate(CHARACTERS)}
    with open(out / "meta.pkl", "wb") as file:
        pickle.dump({"vocab_size": len(stoi), "itos": dict(enumerate(CHARACTERS)), "stoi": stoi}, file)
    text = "hallo wir"
    ids = torch.tensor([[stoi[c] for c in text]])
    return {"text": text, "logits": last(model(ids))}


@torch.no_grad()
def lstm(out: Path) -> dict:
    characters = list(CHARACTERS)
    random.Random(3).shuffle(characters)
    model = spread(CharLstm(len(characters), 5, 6))
    torch.save({
        "epoch": 3,
        "model_state_dict": model.state_dict(),
        "optimizer_state_dict": torch.optim.Adam(model.parameters()).state_dict(),
        "char2idx": {c: i for i, c in enumerate(characters)},
    }, out / "lstm.pt")
    text = "hallo"
    logits = last(model(torch.tensor([[characters.index(c) for c in text]])))
    return {"text": text, "logits": dict(zip(characters, logits))}


@torch.no_grad()
def one_hot(out: Path) -> dict:
    model = spread(OneHotLstm(len(CHARACTERS), 6))
    torch.save(model.state_dict(), out / "one_hot.pth")
    text = "wir sind"
    return {"text": text, "logits": last(model(torch.tensor([[CHARACTERS.index(c) for c in text]])))}


def byte_level(extra: int) -> Tokenizer:
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    merges = [("h", "a"), ("l", "l"), ("ha", "ll"), ("Ġ", "w"), ("Ġw", "i"), ("t", "h"), ("th", "e"), ("Ġ", "s")]
    vocab = {token: id for id, token in enumerate([*alphabet, *("".join(pair) for pair in merges)])}
    tokenizer = Tokenizer(models.BPE(vocab, merges[: len(merges) - extra]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    return tokenizer


@torch.no_grad()
def sharded(out: Path) -> dict:
    from transformers import GPT2Config, GPT2LMHeadModel

    tokenizer = byte_level(0)
    tokenizer.add_special_tokens(["<|endoftext|>"])
    vocab = tokenizer.get_vocab_size() + 31
    config = GPT2Config(vocab_size=vocab, n_positions=16, n_embd=8, n_layer=2, n_head=2, bos_token_id=0, eos_token_id=0)
    model = spread(GPT2LMHeadModel(config)).to(torch.bfloat16)
    model.save_pretrained(out, max_shard_size="3KB")
    (out / "generation_config.json").unlink(missing_ok=True)
    (out / "tokenizer.json").write_text(tokenizer.to_str(), encoding="utf-8")
    text = "hallo the wind"
    ids = torch.tensor([tokenizer.encode(text).ids])
    exact = GPT2LMHeadModel.from_pretrained(out, activation_function="gelu", dtype=torch.float32).eval()
    return {"text": text, "ids": ids[0].tolist(), "logits": last(model.float()(ids).logits), "exact_gelu": last(exact(ids).logits)}


ADDED = [
    AddedToken("Lied", normalized=False),
    AddedToken("Lieder", normalized=False, single_word=True),
    AddedToken("[chorus]", normalized=False, lstrip=True, rstrip=True),
    AddedToken("wind", normalized=True, single_word=True),
    AddedToken("früh", normalized=True, lstrip=True),
    AddedToken("zwei Wörter", normalized=False, rstrip=True),
    AddedToken("ll", normalized=True),
]
SPECIAL = [AddedToken("<|endoftext|>", special=True), AddedToken("<Lied>", special=True, normalized=False)]
WORDS = ["Lied", "Lieder", "Liedermacher", "[chorus]", "wind", "winde", "früh", "fru\u0308h", "zwei Wörter", "hall", "ll",
         "<|endoftext|>", "<Lied>", " ", "  ", "\n", "_", "the", ",", "ü", "1", "'s", "🌳", "\u00a0", "é", "’"]


def added_tokens() -> list[dict]:
    cases = []
    for prefix, nfc in ((False, False), (True, True)):
        tokenizer = byte_level(0)
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=prefix)
        if nfc:
            tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Replace("’", "'")])
        tokenizer.add_special_tokens(SPECIAL)
        tokenizer.add_tokens(ADDED)
        tokenizer.encode_special_tokens = True
        rng = random.Random(7)
        texts = ["".join(rng.choice(WORDS) for _ in range(rng.randrange(1, 9))) for _ in range(150)]
        ids = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
        cases.append({"tokenizer": json.loads(tokenizer.to_str()), "texts": list(zip(texts, ids))})
    return cases


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("outdir", type=Path)
    out = parser.parse_args().outdir
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(1)
    torch.set_num_threads(1)
    expected = {
        "torch": torch.__version__,
        "tokenizers": tokenizers.__version__,
        "nanogpt": nanogpt(out / "nanogpt"),
        "lstm": lstm(out),
        "one_hot": one_hot(out),
        "gpt2_sharded": sharded(out / "gpt2-sharded"),
        "added_tokens": added_tokens(),
    }
    (out / "expected.json").write_text(json.dumps(expected, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
