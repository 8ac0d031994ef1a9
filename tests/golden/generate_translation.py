"""Writes the PyTorch goldens of the translators: logits, attention, all gradients, ten training losses.

    python tests/golden/generate_translation.py OUTDIR

Files and names as in generate.py. "in.src" (batches, B, S) and "in.tgt" (batches, B, T + 1) are token ids
padded with 0; logits, attention and gradients belong to the first batch, out.losses to all in a row.
"""

import argparse
from pathlib import Path

import torch
from generate import Case
from liedwerk_torch.seq2seq import Seq2Seq
from liedwerk_torch.transformer import Transformer
from torch import nn

PAD, START, END = 0, 1, 2
STEPS, BATCH = 10, 4
OPTIONS = {"lr": 3e-3, "weight_decay": 0.01, "betas": (0.9, 0.98), "eps": 1e-8}
SMOOTHING, GRAD_CLIP = 0.1, 1.0


def gru_packed() -> Case:
    """Two layers in both directions over sequences of different lengths."""
    lengths = [5, 2, 1]
    case = Case("gru_packed", batch=3, time=5, input_size=4, hidden_size=6, num_layers=2, lengths=lengths)
    module = nn.GRU(4, 6, 2, batch_first=True, bidirectional=True)
    case.parameters(module)
    x = case.input("x", 3, 5, 4)
    packed = nn.utils.rnn.pack_padded_sequence(x, torch.tensor(lengths), batch_first=True)
    y, last = module(packed)
    y, _ = nn.utils.rnn.pad_packed_sequence(y, batch_first=True)
    case.outputs(y=y, forwards=last[-2], backwards=last[-1])
    return case


def ids(vocab: int, longest: int, ends: bool) -> torch.Tensor:
    """Padded sentences (BATCH, longest); the first fills its row."""
    rows = torch.zeros(BATCH, longest, dtype=torch.long)
    for row, length in enumerate([longest, *torch.randint(3, longest + 1, (BATCH - 1,)).tolist()]):
        rows[row, :length] = torch.randint(3, vocab, (length,))
        rows[row, 0] = START
        if ends:
            rows[row, length - 1] = END
    return rows


def transformer_attention(model: Transformer) -> list[torch.Tensor]:
    """Receives (B, T, S) whenever the last decoder layer but one has run."""
    module = model.transformer.decoder.layers[max(len(model.transformer.decoder.layers), 2) - 2].multihead_attn
    seen, forward = [], module.forward

    def watched(*args, **options):
        output, weights = forward(*args, **options | {"need_weights": True, "average_attn_weights": True})
        seen.append(weights)
        return output, weights

    module.forward = watched
    return seen


def seq2seq_attention(model: Seq2Seq, padding: torch.Tensor) -> list[torch.Tensor]:
    """Receives (B, 1, S) after every step."""
    seen = []

    def watch(module, inputs, scores):
        seen.append(scores.squeeze(2).masked_fill(padding, -torch.inf).softmax(1).unsqueeze(1))

    model.attention.score.register_forward_hook(watch)
    return seen


def translator(name: str, build, sizes: dict) -> Case:
    case = Case(name, **sizes, **OPTIONS, grad_clip=GRAD_CLIP, label_smoothing=SMOOTHING, steps=STEPS)
    model = build(**sizes)
    for parameter in model.parameters():
        # Zeros and ones that training starts from would hide mistakes.
        if parameter.dim() == 1:
            nn.init.normal_(parameter, mean=0.5, std=0.3)
    for parameter, tensor in model.named_parameters():
        case.put("param." + parameter, tensor)
    src = torch.stack([ids(sizes["src_vocab_size"], 7, True) for _ in range(STEPS)])
    tgt = torch.stack([ids(sizes["tgt_vocab_size"], 6, True) for _ in range(STEPS)])
    case.put("in.src", src.int())
    case.put("in.tgt", tgt.int())

    optimizer = torch.optim.AdamW(model.parameters(), foreach=False, **OPTIONS)
    losses, norms = [], []
    for step in range(STEPS):
        if step == 0:
            seen = (transformer_attention(model) if isinstance(model, Transformer)
                    else seq2seq_attention(model, src[0] == PAD))
        logits = model(src[step], tgt[step, :, :-1])
        loss = nn.functional.cross_entropy(
            logits.flatten(0, 1), tgt[step, :, 1:].flatten(), ignore_index=PAD, label_smoothing=SMOOTHING)
        optimizer.zero_grad()
        loss.backward()
        if step == 0:
            case.put("out.logits", logits)
            case.put("out.attention", torch.cat(seen, dim=1))
            for parameter, tensor in model.named_parameters():
                case.put("grad.param." + parameter, tensor.grad)
        norms.append(nn.utils.clip_grad_norm_(model.parameters(), GRAD_CLIP))
        optimizer.step()
        losses.append(loss.detach())
    case.put("out.losses", torch.stack(losses))
    case.put("out.grad_norms", torch.stack(norms))
    return case


def transformer_pre() -> Case:
    return translator("transformer_pre", Transformer, {
        "src_vocab_size": 17, "tgt_vocab_size": 17, "d_model": 8, "nhead": 2, "num_encoder_layers": 2,
        "num_decoder_layers": 3, "dim_feedforward": 12, "dropout": 0.0, "norm_first": True, "tie_embeddings": True})


def transformer_post() -> Case:
    return translator("transformer_post", Transformer, {
        "src_vocab_size": 13, "tgt_vocab_size": 17, "d_model": 8, "nhead": 4, "num_encoder_layers": 1,
        "num_decoder_layers": 1, "dim_feedforward": 12, "dropout": 0.0, "norm_first": False, "tie_embeddings": False})


def seq2seq_tied() -> Case:
    return translator("seq2seq_tied", Seq2Seq, {
        "src_vocab_size": 17, "tgt_vocab_size": 17, "embedding_size": 6, "hidden_size": 5, "attention_size": 7,
        "num_layers": 1, "bidirectional": True, "dropout": 0.0, "tie_embeddings": True})


def seq2seq_deep() -> Case:
    return translator("seq2seq_deep", Seq2Seq, {
        "src_vocab_size": 13, "tgt_vocab_size": 17, "embedding_size": 6, "hidden_size": 5, "attention_size": 7,
        "num_layers": 2, "bidirectional": False, "dropout": 0.0, "tie_embeddings": False})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("outdir", type=Path)
    out = parser.parse_args().outdir
    out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    for case in (gru_packed, transformer_pre, transformer_post, seq2seq_tied, seq2seq_deep):
        case().write(out)


if __name__ == "__main__":
    main()
