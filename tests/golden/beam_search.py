"""Writes tests/fixtures/golden/beam_search.json: what Python's transformers finds in a small language model.

The model's logits are a sum of tables: by the last token, by the one before it, and by the position. Each case
holds the settings and the sequence that `generate` returns, without the start token and what pads it; where there
is a prompt, a text that any token may continue.

usage: python3 beam_search.py OUT.json   (needs torch and transformers)
"""

import json
import random
import sys

import torch
import transformers
from transformers import GenerationConfig, GenerationMixin, PretrainedConfig, PreTrainedModel
from transformers.modeling_outputs import CausalLMOutput

PAD, START, END, VOCAB, POSITIONS = 0, 1, 2, 14, 12


class TableConfig(PretrainedConfig):
    model_type = "table"
    vocab_size = num_hidden_layers = hidden_size = VOCAB


class TableModel(PreTrainedModel, GenerationMixin):
    config_class = TableConfig

    def __init__(self, config, tables):
        super().__init__(config)
        self.anchor = torch.nn.Parameter(torch.zeros(1))
        self.tables = tables

    def forward(self, input_ids, **_):
        before = torch.cat([torch.full_like(input_ids[:, :1], PAD), input_ids[:, :-1]], dim=1)
        last, previous, position = self.tables
        places = torch.arange(input_ids.shape[1]) % POSITIONS
        return CausalLMOutput(logits=last[input_ids] + previous[before] + position[places])


def main() -> None:
    torch.manual_seed(4)
    random.seed(4)
    models, cases, continuations = [], [], []
    for number in range(6):
        # Short in JSON, and fine enough that no two sequences are equally likely.
        tables = [[round(x, 5) for x in torch.randn(rows * VOCAB).tolist()] for rows in (VOCAB, VOCAB, POSITIONS)]
        for row in range(VOCAB):
            tables[0][row * VOCAB + END] -= number % 3
        models.append(tables)
        model = TableModel(TableConfig(), [torch.tensor(table).view(-1, VOCAB) for table in tables]).eval()
        for width in (1, 2, 3, 4, 8):
            for penalty, ngram, longest in ((1.0, 0, 12), (0.0, 2, 10), (0.6, 3, 16), (2.0, 1, 8), (1.0, 2, 30)):
                config = GenerationConfig(
                    num_beams=width, length_penalty=penalty if width > 1 else 1.0, no_repeat_ngram_size=ngram,
                    max_new_tokens=longest, min_new_tokens=1, suppress_tokens=[PAD, START], do_sample=False,
                    early_stopping=False, bos_token_id=START, eos_token_id=END, pad_token_id=PAD, use_cache=False)
                found = model.generate(torch.tensor([[START]]), generation_config=config)[0, 1:].tolist()
                while found[-1] == PAD:
                    found.pop()
                cases.append({"model": number, "beam_width": width, "length_penalty": penalty,
                              "no_repeat_ngram": ngram, "max_new_tokens": longest, "tokens": found})
                # Where no token may come twice, some must be left to the end.
                most = 5 if ngram == 1 else 15
                prompt = [random.randrange(VOCAB) for _ in range(random.randint(1, most))]
                config = GenerationConfig(
                    num_beams=width, length_penalty=penalty if width > 1 else 1.0, no_repeat_ngram_size=ngram,
                    max_new_tokens=min(longest, 12), do_sample=False, early_stopping=False, eos_token_id=END,
                    pad_token_id=END, use_cache=False)
                found = model.generate(torch.tensor([prompt]), generation_config=config)[0, len(prompt):].tolist()
                if END in found:
                    found = found[: found.index(END) + 1]
                continuations.append({"model": number, "prompt": prompt, "beam_width": width, "length_penalty": penalty,
                                      "no_repeat_ngram": ngram, "max_new_tokens": min(longest, 12), "tokens": found})
    golden = {"transformers": transformers.__version__, "vocab": VOCAB, "positions": POSITIONS,
              "models": models, "cases": cases, "continuations": continuations}
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump(golden, file)
        file.write("\n")


if __name__ == "__main__":
    main()
