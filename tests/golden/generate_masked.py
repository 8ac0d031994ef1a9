"""Writes the goldens of BERT with Python's transformers: its own model folder, and what it computes with it.

    python tests/golden/generate_masked.py OUTDIR   (needs torch and transformers)

OUTDIR/bert is a folder as save_pretrained writes it, with the tokenizer (a WordPiece), and holds the parameters.
bert.safetensors and bert.json have the rest, with names as in generate.py: "in.ids" (batches, B, T) are token ids of
texts of different lengths ("lengths"), "in.targets" what is to be foretold, -100 where nothing is; logits and gradients
belong to the first batch, out.losses to all in a row; "texts" in the JSON are texts with their ids.
"""

import argparse
from pathlib import Path

import torch
import transformers
from generate import Case
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers
from torch import nn
from transformers import BertConfig, BertForMaskedLM

STEPS, BATCH, LENGTH = 10, 3, 9
LENGTHS = [9, 4, 7]
OPTIONS = {"lr": 3e-3, "weight_decay": 0.01, "betas": (0.9, 0.98), "eps": 1e-8}
GRAD_CLIP = 1.0
PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"abdehilmnorstuwz", *(f"##{c}" for c in "abdehilmnorstuwz"),
          "rose", "ros", "##en", "the", "die", "wald", ".", ",", "!", "'", "-", "[", "]", "übt", "ubt", "森"]
TEXTS = ["The rose, the Rosen!", "Übt die ROSE?", "waldrosen-\tthe\u00a0'rose'", "森the 林", "", "[MASK] die", "a\u0000b\ufffd",
         "Die Rosen – „wald“", "x" * 101]


def tokenizer() -> Tokenizer:
    vocab = {piece: i for i, piece in enumerate(PIECES)}
    made = Tokenizer(models.WordPiece(vocab, unk_token="[UNK]", max_input_chars_per_word=100))
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.decoder = decoders.WordPiece()
    made.add_special_tokens(PIECES[:5])
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    out = parser.parse_args().out
    torch.manual_seed(11)
    torch.use_deterministic_algorithms(True)
    words = tokenizer()
    config = BertConfig(vocab_size=words.get_vocab_size(), hidden_size=24, num_hidden_layers=2, num_attention_heads=3,
                        intermediate_size=40, max_position_embeddings=16, type_vocab_size=2)
    model = BertForMaskedLM(config).eval()
    for name, parameter in model.named_parameters():
        is_scale = parameter.dim() == 1 and name.endswith("weight")
        nn.init.normal_(parameter, mean=float(is_scale), std=0.1 if name.endswith("bias") else 0.3)
    model.save_pretrained(out / "bert")
    words.save(str(out / "bert/tokenizer.json"), pretty=False)
    (out / "bert/generation_config.json").unlink(missing_ok=True)

    case = Case("bert", transformers=transformers.__version__, **OPTIONS, grad_clip=GRAD_CLIP, steps=STEPS, lengths=LENGTHS)
    # The library finds special tokens in a text; we read their names as they are written.
    words.encode_special_tokens = True
    case.metadata["texts"] = [{"text": text, "ids": words.encode(text, add_special_tokens=False).ids} for text in TEXTS]
    ids = torch.randint(5, config.vocab_size, (STEPS, BATCH, LENGTH))
    real = torch.arange(LENGTH) < torch.tensor(LENGTHS)[:, None]
    ids[:, ~real] = 0
    targets = torch.where(real & (torch.rand(STEPS, BATCH, LENGTH) < 0.4), ids, -100)
    ids = torch.where((targets != -100) & (torch.rand(ids.shape) < 0.8), 4, ids)
    case.put("in.ids", ids.int())
    case.put("in.targets", targets.int())
    optimizer = torch.optim.AdamW(model.parameters(), foreach=False, **OPTIONS)
    losses = []
    for step in range(STEPS):
        logits = model(ids[step], attention_mask=real.int()).logits
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), targets[step].flatten())
        optimizer.zero_grad()
        loss.backward()
        if step == 0:
            case.put("out.logits", logits)
            for name, parameter in model.named_parameters():
                case.put(f"grad.{name}", parameter.grad)
        nn.utils.clip_grad_norm_(model.parameters(), GRAD_CLIP)
        optimizer.step()
        losses.append(loss.detach())
    case.put("out.losses", torch.stack(losses))
    case.write(out)


if __name__ == "__main__":
    main()
