"""Writes small random Keras models, and what they compute, for tests/it/keras.rs to open.

    python tests/golden/keras_models.py tests/fixtures/formats/keras

Run it twice: with tensorflow 2.15, which contains Keras 2, and with Keras 3 (KERAS_BACKEND=numpy, with jax and scipy).

keras2.h5      embedding, two LSTMs of which the second returns its last output only, dense; as saved after training
keras2.json    its Tokenizer, char_level=True
keras3.keras   one-hot vectors, four LSTMs, dropout, TimeDistributed dense without a bias
chars.json     the characters of the models of Keras 3
keras3.h5      the functional API: one LSTM, dense on sequences, activation apart
packed.h5      the weights of keras3.keras in chunks, with shuffle and gzip
latest.h5      the same with libver="latest", in f16
expected2.json, expected3.json   a text, and the logarithms of the probabilities of what follows it
"""

import argparse
import io
import json
import zipfile
from pathlib import Path

import h5py
import keras
import numpy as np
from keras import layers

CHARACTERS = "\n abdhilmnorsüw"
TEXT = "wir sind hallo"
MAJOR = int(keras.__version__.split(".")[0])


def spread(model: keras.Model) -> keras.Model:
    """Weights large enough that every one of them matters."""
    rng = np.random.default_rng(MAJOR)
    model.set_weights([rng.normal(0, 0.5, weight.shape).astype(np.float32) for weight in model.get_weights()])
    model.compile(loss="categorical_crossentropy", optimizer="adam")
    return model


def logarithms(probabilities: np.ndarray, characters: str) -> dict:
    last = np.log(np.asarray(probabilities).reshape(-1, probabilities.shape[-1])[-1].astype(np.float64))
    return dict(zip(characters, last.tolist()))


def keras2(out: Path) -> dict:
    from tensorflow.keras.preprocessing.text import Tokenizer

    tokenizer = Tokenizer(char_level=True)
    tokenizer.fit_on_texts([CHARACTERS, TEXT])
    (out / "keras2.json").write_text(tokenizer.to_json(), encoding="utf-8")
    size = len(tokenizer.word_index) + 1  # 0 is for padding
    ids = np.array(tokenizer.texts_to_sequences([TEXT]))
    model = spread(keras.Sequential([
        layers.Embedding(size, 5, input_length=ids.shape[1]),
        layers.LSTM(6, return_sequences=True),
        layers.Dropout(0.2),
        layers.LSTM(6),
        layers.Dense(size, activation="softmax"),
    ]))
    model.save(out / "keras2.h5")
    # Id 0 is never written here, so the others share its probability.
    probabilities = model.predict(ids, verbose=0)[:, 1:]
    probabilities /= probabilities.sum()
    return {"keras2.h5": logarithms(probabilities, "".join(tokenizer.index_word.values()))}


def keras3(out: Path) -> dict:
    size = len(CHARACTERS)
    (out / "chars.json").write_text(json.dumps(list(CHARACTERS), ensure_ascii=False) + "\n", encoding="utf-8")
    one_hot = np.eye(size, dtype=np.float32)[None, [CHARACTERS.index(c) for c in TEXT]]
    stacked = [[layers.LSTM(4, return_sequences=True), layers.Dropout(0.2)] for _ in range(4)]
    dense = layers.TimeDistributed(layers.Dense(size, activation="softmax", use_bias=False))
    sequential = spread(keras.Sequential([keras.Input((None, size)), *sum(stacked, []), dense]))
    sequential.save(out / "keras3.keras")

    start = keras.Input((None, size))
    steps = layers.LSTM(6, return_sequences=True, name="song")(start)
    end = layers.Activation("softmax")(layers.Dense(size, name="next")(steps))
    functional = spread(keras.Model(start, end))
    functional.save(out / "keras3.h5")
    repack(out)
    models = {"keras3.keras": sequential, "keras3.h5": functional}
    return {name: logarithms(model(one_hot), CHARACTERS) for name, model in models.items()}


def repack(out: Path) -> None:
    """The same weights in the other ways in which HDF5 keeps them."""
    with zipfile.ZipFile(out / "keras3.keras") as archive:
        weights = h5py.File(io.BytesIO(archive.read("model.weights.h5")))
    with h5py.File(out / "packed.h5", "w") as packed, h5py.File(out / "latest.h5", "w", libver="latest") as latest:

        def copy(name: str, item: h5py.HLObject) -> None:
            if isinstance(item, h5py.Dataset) and item.ndim == 2:
                packed.create_dataset(name, data=item, chunks=(3, 5), shuffle=True, compression="gzip")
                latest.create_dataset(name, data=np.asarray(item, np.float16))
            elif isinstance(item, h5py.Dataset) and item.ndim == 1:
                packed[name] = np.asarray(item, np.float64)
                latest.create_dataset(name, data=np.asarray(item, np.float16))

        weights["layers"].visititems(lambda name, item: copy(f"layers/{name}", item))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("outdir", type=Path)
    out = parser.parse_args().outdir
    out.mkdir(parents=True, exist_ok=True)
    keras.utils.set_random_seed(1)
    expected = {"keras": keras.__version__, "text": TEXT} | (keras2 if MAJOR == 2 else keras3)(out)
    path = out / f"expected{MAJOR}.json"
    path.write_text(json.dumps(expected, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
