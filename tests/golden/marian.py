"""Writes small random Marian models as people have them, and what they compute, for tests/it/marian.rs to open.

    python tests/golden/marian.py tests/fixtures/formats   (needs torch, transformers, sentencepiece and tokenizers)

marian         a folder of transformers: safetensors in f32, swish, as OPUS-MT has it
marian-old     weights and config.json of another model with the same tokenizer, as older versions saved them: a
               checkpoint in f16 with positions and every copy of the table, more rows than tokens, GELU, embeddings that
               are not scaled, a translation that starts with </s>
marian.json    ids of texts, logits, and translations by greedy search
"""

import argparse
import json
from pathlib import Path

import sentence_piece
import torch
import transformers
from tokenizer import SENTENCES
from torch import nn
from transformers import MarianConfig, MarianMTModel, MarianTokenizer

GERMAN, ENGLISH = SENTENCES[:7], SENTENCES[7:]
TEXTS = [
    "Der Mond ist aufgegangen",
    "die goldnen Sternlein prangen, am Himmel hell und klar",
    "Über den Wäldern steigt der Nebel",
    "„Hast du Größeres vor“, fragte der Bäcker — trotz Regen …",
    "ich sah 1.250 日本語-Gäste & ﬁnde es schön",
    "a",
]
NEW = {"activation_function": "swish", "scale_embedding": True}
OLD = {"activation_function": "gelu", "scale_embedding": False}


def tokenizer(out: Path) -> MarianTokenizer:
    """Like OPUS-MT's: </s> and <unk> first, then the pieces of both languages, <pad> last."""
    tokens = ["</s>", "<unk>"]
    for name, lines in (("source", GERMAN), ("target", ENGLISH)):
        model = sentence_piece.learned_small(lines, 150)
        (out / f"{name}.spm").write_bytes(model)
        processor = sentence_piece.sentencepiece.SentencePieceProcessor(model_proto=model)
        tokens += [processor.id_to_piece(id) for id in range(processor.get_piece_size())]
    vocab = {token: id for id, token in enumerate(dict.fromkeys([*tokens, "<pad>"]))}
    (out / "vocab.json").write_text(json.dumps(vocab, ensure_ascii=False), encoding="utf-8")
    return MarianTokenizer(str(out / "source.spm"), str(out / "target.spm"), str(out / "vocab.json"))


def model(tokenizer: MarianTokenizer, vocab: int, start: int, options: dict) -> MarianMTModel:
    pad = tokenizer.pad_token_id
    config = MarianConfig(
        vocab_size=vocab, d_model=16, encoder_layers=2, decoder_layers=3, encoder_attention_heads=4,
        decoder_attention_heads=4, encoder_ffn_dim=24, decoder_ffn_dim=24, max_position_embeddings=96, pad_token_id=pad,
        decoder_start_token_id=start, eos_token_id=0, forced_eos_token_id=0, **options)
    model = MarianMTModel(config).eval()
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            # Large enough that every one of them matters.
            norm = name.endswith("norm.weight")
            nn.init.normal_(parameter, mean=float(norm), std=0.4 if parameter.dim() > 1 else 0.2)
    model.final_logits_bias.normal_(std=0.5)
    learn(model, tokenizer)
    model.generation_config.bad_words_ids = [[pad]]
    return model


def learn(model: MarianMTModel, tokenizer: MarianTokenizer) -> None:
    """A little, so that translations are not one token again and again."""
    batch = tokenizer(GERMAN, text_target=ENGLISH, padding=True, return_tensors="pt")
    start = torch.full((len(GERMAN), 1), model.config.decoder_start_token_id)
    inputs = torch.cat([start, batch.labels[:, :-1]], dim=1)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    for _ in range(400):
        logits = model(batch.input_ids, attention_mask=batch.attention_mask, decoder_input_ids=inputs).logits
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), batch.labels.flatten(), ignore_index=tokenizer.pad_token_id)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


@torch.no_grad()
def computed(model: MarianMTModel, tokenizer: MarianTokenizer) -> list[dict]:
    cases = []
    pad, start = model.config.pad_token_id, model.config.decoder_start_token_id
    for text in TEXTS:
        ids = tokenizer(text)["input_ids"]
        target = torch.randint(2, len(tokenizer.encoder) - 1, (7,)).tolist()
        logits = model(torch.tensor([ids]), decoder_input_ids=torch.tensor([[start, *target]])).logits[0]
        # As many tokens as a translation has here, and not none.
        most = 2 * (len(ids) - 1) + 10
        written = model.generate(torch.tensor([ids]), num_beams=1, do_sample=False, max_new_tokens=most, min_new_tokens=1,
                                 max_length=None, forced_eos_token_id=None, bad_words_ids=[[pad]])[0]
        cases.append({"text": text, "ids": ids, "target": target, "logits": [round(x, 6) for x in logits[-1].tolist()],
                      "written": written.tolist()[1:], "translation": tokenizer.decode(written, skip_special_tokens=True)})
    return cases


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("outdir", type=Path)
    out = parser.parse_args().outdir
    (out / "marian").mkdir(parents=True, exist_ok=True)
    (out / "marian-old").mkdir(exist_ok=True)
    torch.manual_seed(2)
    torch.set_num_threads(1)
    pieces = tokenizer(out / "marian")
    pad = pieces.pad_token_id

    new = model(pieces, pad + 1, pad, NEW)
    new.save_pretrained(out / "marian")

    old = model(pieces, pad + 4, 0, OLD).half()
    old.config.save_pretrained(out / "marian-old")
    torch.save(old.state_dict(), out / "marian-old" / "pytorch_model.bin")
    old = old.float()
    for stack in (old.model.encoder, old.model.decoder):
        # Without the rounding to 16 bits.
        stack.embed_positions.weight.data.copy_(stack.embed_positions.create_weight())
    expected = {"transformers": transformers.__version__, "marian": computed(new, pieces),
                "marian-old": computed(old, pieces)}
    (out / "marian.json").write_text(json.dumps(expected, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
