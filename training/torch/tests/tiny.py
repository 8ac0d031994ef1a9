"""A data folder and recipes small enough to train in seconds."""

import random
from pathlib import Path

GERMAN = "der mond das kind ein lied die rose singt schläft blüht leise heute nacht und".split()
ENGLISH = "the moon the child a song the rose sings sleeps blooms softly today night and".split()

TRANSFORMER = """
type = "transformer"
d_model = 32
nhead = 4
num_encoder_layers = 1
num_decoder_layers = 2
dim_feedforward = 64
norm_first = true
tie_embeddings = true
"""
SEQ2SEQ = """
type = "seq2seq"
embedding_size = 24
hidden_size = 32
attention_size = 16
num_layers = 1
bidirectional = true
tie_embeddings = true
"""
CHAR_LSTM = """
type = "char_lstm"
embedding_size = 16
hidden_size = 32
num_layers = 2
"""
GPT = """
type = "gpt2"
n_positions = 16
n_embd = 32
n_layer = 2
n_head = 4
"""
TEXT_CLASSIFIER = """
type = "text_classifier"
embedding_size = 12
hidden_size = 10
num_layers = 2
pooling = "mean"
labels = ["cold", "warm"]
"""
TAGGER = """
type = "tagger"
embedding_size = 10
char_embedding_size = 6
char_hidden_size = 5
hidden_size = 12
num_layers = 1
labels = ["long", "short", "stop"]
"""
BERT = """
type = "bert"
hidden_size = 24
num_hidden_layers = 2
num_attention_heads = 4
intermediate_size = 40
max_position_embeddings = 40
type_vocab_size = 1
"""
LABELS = """
[tokenizer]
type = "bpe"
vocab_size = 300
[data]
train = ["labels.tsv", {{ path = "labels.tsv", repeat = 2 }}]
dev = "labels.tsv"
max_tokens = 30
[train]
tokens_per_batch = 100
label_smoothing = 0.1
"""
TAGS = LABELS.replace("labels.tsv", "tags.tsv").replace('"bpe"\nvocab_size = 300',
                                                       '"words"\nvocab_size = 20\nmin_count = 2\nlowercase = true')
TEXTS = """
[tokenizer]
type = "bpe"
vocab_size = 320
[data]
train = ["train.tsv", "songs.txt", {{ path = "more.tsv", repeat = 2 }}]
dev = "dev.tsv"
max_tokens = 40
[train]
tokens_per_batch = 200
"""
PAIRS = """
[tokenizer]
type = "bpe"
vocab_size = 320
{tokenizer}
[data]
train = ["train.tsv", {{ path = "more.tsv", tag = "~", repeat = 2 }}]
dev = "dev.tsv"
max_tokens = 40
{data}
[train]
tokens_per_batch = 200
label_smoothing = 0.1
"""
WINDOWS = """
[tokenizer]
type = "bpe"
vocab_size = 300
[data]
train = ["songs.txt", { path = "songs.txt", repeat = 2 }]
dev = ["songs.txt"]
[train]
batch_size = 5
"""
SONGS = """
[data]
normalize = "songs"
train = ["songs.txt", { path = "songs.txt", repeat = 2 }]
dev = ["songs.txt"]
[train]
batch_size = 5
window = 20
"""
TRAIN = """
seed = 3
shares = 2
steps = {steps}
lr = 3e-3
warmup_steps = 5
decay_steps = 5
weight_decay = 0.01
grad_clip = 1.0
beta1 = 0.9
beta2 = 0.98
checkpoint_every = 5
"""
WRITING = {"transformer": TRANSFORMER, "seq2seq": SEQ2SEQ, "char_lstm": CHAR_LSTM, "gpt2": GPT}
READING = {"text_classifier": TEXT_CLASSIFIER, "tagger": TAGGER, "bert": BERT}
MODELS = WRITING | READING
DATA = {"char_lstm": SONGS, "gpt2": WINDOWS, "text_classifier": LABELS.format(), "tagger": TAGS.format(),
        "bert": TEXTS.format()}


def write_data(folder: Path) -> None:
    numbers = random.Random(1)
    sentence = lambda: [numbers.randrange(len(GERMAN)) for _ in range(numbers.randint(2, 9))]
    for name, count in ("train", 300), ("more", 20), ("dev", 20):
        words = [sentence() for _ in range(count)]
        lines = ["\t".join(" ".join(side[i] for i in ids) + "." for side in (GERMAN, ENGLISH)) for ids in words]
        (folder / f"{name}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    texts = [[ENGLISH[i] for i in sentence()] for _ in range(60)]
    labels = [("warm" if "rose" in words or "song" in words else "cold") + "\t" + " ".join(words) for words in texts]
    (folder / "labels.tsv").write_text("\n".join(labels) + "\n", encoding="utf-8")
    tag = lambda word: f"{word}\t{'short' if len(word) < 5 else 'long'}\n"
    tags = ["".join(map(tag, words)) + ".\tstop\n" for words in texts]
    (folder / "tags.tsv").write_text("\n".join(tags), encoding="utf-8")
    songs = ["\n".join(" ".join(ENGLISH[i] for i in sentence()) for _ in range(10)) for _ in range(15)]
    text = "\n\n".join(f"=== Song {i} | somebody | nowhere\n{song}" for i, song in enumerate(songs))
    (folder / "songs.txt").write_text(text + "\n", encoding="utf-8")


def write_recipe(folder: Path, kind: str, precision: str = "f16", dropout: float = 0.0, steps: int = 20,
                 tokenizer: str = "", data: str = "") -> Path:
    rest = DATA.get(kind) or PAIRS.format(tokenizer=tokenizer, data=data)
    names = {"gpt2": ("resid_pdrop", "embd_pdrop", "attn_pdrop"),
             "bert": ("hidden_dropout_prob", "attention_probs_dropout_prob")}.get(kind, ("dropout",))
    dropouts = "".join(f"{name} = {dropout}\n" for name in names)
    text = (f'name = "tiny"\nprecision = "{precision}"\n[model]{MODELS[kind]}{dropouts}'
            + rest + TRAIN.format(steps=steps))
    path = folder / f"{kind}.toml"
    path.write_text(text, encoding="utf-8")
    return path
