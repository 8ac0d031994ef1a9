"""The character LSTM. Parameter names are part of the file format: do not rename."""

import math

import torch
from torch import nn

State = tuple[torch.Tensor, torch.Tensor]


class CharLstm(nn.Module):
    def __init__(self, vocab_size: int, embedding_size: int, hidden_size: int, num_layers: int, dropout: float):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_size)
        self.lstm = nn.LSTM(embedding_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.head = nn.Linear(hidden_size, vocab_size)
        self._init()

    def _init(self) -> None:
        """Initialises recurrent weights as orthogonal and forget gates as open. Preserving the state and the norm
        of gradients lets deep stacks start to learn much earlier."""
        hidden = self.lstm.hidden_size
        for name, parameter in self.lstm.named_parameters():
            if name.startswith("weight_hh"):
                for gate in parameter.data.split(hidden):
                    nn.init.orthogonal_(gate)
            elif name.startswith("weight_ih"):
                for gate in parameter.data.split(hidden):
                    nn.init.xavier_uniform_(gate)
            else:
                nn.init.zeros_(parameter)
                if name.startswith("bias_ih"):
                    # Gates in PyTorch's order: input, forget, cell, output.
                    parameter.data[hidden : 2 * hidden] = 1.0
        nn.init.xavier_uniform_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def zero_state(self, batch_size: int) -> State:
        zeros = self.head.weight.new_zeros(self.lstm.num_layers, batch_size, self.lstm.hidden_size)
        return zeros, zeros.clone()

    def forward(self, ids: torch.Tensor, state: State) -> tuple[torch.Tensor, State]:
        """Returns logits (batch, time, vocabulary) and the state after the last character."""
        hidden, state = self.lstm(self.embedding(ids), state)
        return self.head(hidden), state


@torch.no_grad()
def bits_per_character(model: CharLstm, ids: torch.Tensor, streams: int = 1, warm_up: int = 256) -> float:
    """Returns the bits per character over a whole text, without look-ahead.

    With streams=1, this is exactly the published figure: the state is carried throughout, and the first
    character is predicted from a zero state after a line break. With more streams, the text is cut into
    pieces that run in parallel, each warmed up on the unscored characters before it: faster, but off by a
    few thousandths.
    """
    was_training = model.training
    model.eval()
    line_break = 0
    inputs = torch.cat([torch.tensor([line_break]), ids[:-1]])
    length = math.ceil(len(ids) / streams)
    if streams == 1:
        warm_up = 0
    # Padding and the warm-up before each piece have targets of -100, which are not scored.
    padded_inputs = torch.full((warm_up + length * streams,), line_break)
    padded_inputs[warm_up : warm_up + len(ids)] = inputs
    padded_targets = torch.full((warm_up + length * streams,), -100)
    padded_targets[warm_up : warm_up + len(ids)] = ids
    x = padded_inputs.unfold(0, warm_up + length, length)
    y = padded_targets.unfold(0, warm_up + length, length).clone()
    y[:, :warm_up] = -100

    state, nats = model.zero_state(streams), 0.0
    for begin in range(0, x.shape[1], 512):
        logits, state = model(x[:, begin : begin + 512].to(state[0].device), state)
        targets = y[:, begin : begin + 512].reshape(-1).to(logits.device)
        nats += nn.functional.cross_entropy(
            logits.float().flatten(0, 1), targets, ignore_index=-100, reduction="sum"
        ).item()
    model.train(was_training)
    return nats / len(ids) / math.log(2)
