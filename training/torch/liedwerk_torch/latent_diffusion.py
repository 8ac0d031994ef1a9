"""From a caption to a picture: latent diffusion (Rombach et al. 2022) in miniature.

An autoencoder turns icons of 32 x 32 pixels into latents of 4 x 8 x 8, a small Transformer reads the caption, and a U-Net
with cross-attention learns to remove noise from latents: v-prediction (Salimans and Ho 2022) on a cosine schedule (Nichol
and Dhariwal 2021), with one caption in ten left empty for classifier-free guidance (Ho and Salimans 2022).

Parameter names are the file format's: do not rename. Trains on what `liedwerk icons` has drawn; captions whose checksum is
a multiple of 20 are held out:

    liedwerk icons --count 60000 --seed 1 --out train
    python -m liedwerk_torch.latent_diffusion autoencoder --train train --out diffusion --minutes 15
    python -m liedwerk_torch.latent_diffusion unet --train train --out diffusion --minutes 120
"""

import argparse
import json
import math
import time
import zlib
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn.functional import interpolate, mse_loss, silu

from .captioner import END, ENGLISH, GERMAN, SPECIAL, read, scaled

STEPS = 1000  # of the noise schedule
PLACES = 64  # of a latent, 8 x 8
LATENT = 4  # channels
LONGEST = 20  # words of a caption, its language among them
GROUPS = 8  # of every group norm
EMPTY = 0.1  # share of captions left empty
LATENT_NOISE = 0.1  # added to latents while the autoencoder learns, so that its decoder forgives small errors
HELD_OUT = 20
CONFIG = {"vocab_size": 133, "channels": 80, "heads": 4, "text_layers": 2, "latent_scale": 1.0}


class Encoder(nn.Module):
    """Pictures (N, 3, 32, 32) to latents (N, 4, 8, 8)."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 32, 3, stride=2, padding=1)
        self.conv2 = nn.Conv2d(32, 64, 3, stride=2, padding=1)
        self.conv3 = nn.Conv2d(64, 64, 3, padding=1)
        self.conv4 = nn.Conv2d(64, LATENT, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.conv4(silu(self.conv3(silu(self.conv2(silu(self.conv1(x)))))))


class Decoder(nn.Module):
    """Latents (N, 4, 8, 8) to pictures (N, 3, 32, 32)."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(LATENT, 64, 3, padding=1)
        self.conv2 = nn.Conv2d(64, 64, 3, padding=1)
        self.conv3 = nn.Conv2d(64, 48, 3, padding=1)
        self.conv4 = nn.Conv2d(48, 32, 3, padding=1)
        self.conv5 = nn.Conv2d(32, 3, 3, padding=1)

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        x = silu(self.conv2(silu(self.conv1(z))))
        x = silu(self.conv3(interpolate(x, scale_factor=2)))
        x = silu(self.conv4(interpolate(x, scale_factor=2)))
        return self.conv5(x)


class TextEncoder(nn.Module):
    """Words (B, S) to vectors (B, S, C); `padding` (B, S) is true after a caption's end."""

    def __init__(self, vocab_size: int, channels: int, heads: int, layers: int):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, channels)
        self.position = nn.Embedding(LONGEST, channels)
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(channels, heads, 2 * channels, 0.0, norm_first=True, batch_first=True)
            for _ in range(layers))
        self.norm = nn.LayerNorm(channels)

    def forward(self, words: torch.Tensor, padding: torch.Tensor) -> torch.Tensor:
        x = self.embedding(words) + self.position.weight[: words.shape[1]]
        for layer in self.layers:
            x = layer(x, src_key_padding_mask=padding)
        return self.norm(x)


class ResidualBlock(nn.Module):
    """Two convolutions, the time added between them."""

    def __init__(self, inputs: int, outputs: int, time_channels: int):
        super().__init__()
        self.norm1 = nn.GroupNorm(GROUPS, inputs)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.time = nn.Linear(time_channels, outputs)
        self.norm2 = nn.GroupNorm(GROUPS, outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.skip = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()
        nn.init.zeros_(self.conv2.weight)

    def forward(self, x: torch.Tensor, time: torch.Tensor) -> torch.Tensor:
        hidden = self.conv1(silu(self.norm1(x))) + self.time(time)[:, :, None, None]
        return self.skip(x) + self.conv2(silu(self.norm2(hidden)))


class UNet(nn.Module):
    """The velocity (N, 4, 8, 8) in noisy latents (N, 4, 8, 8), at times (N), of captions (N, S, C).

    Every resolution has a residual block and a decoder layer of a Transformer: places attend to each other, then to the
    caption's words.
    """

    def __init__(self, channels: int, heads: int):
        super().__init__()
        time_channels = 2 * channels
        self.time1 = nn.Linear(channels, time_channels)
        self.time2 = nn.Linear(time_channels, time_channels)
        self.conv_in = nn.Conv2d(LATENT, channels, 3, padding=1)
        self.position = nn.Embedding(PLACES, channels)
        self.down = ResidualBlock(channels, channels, time_channels)
        self.middle = ResidualBlock(channels, channels, time_channels)
        self.up = ResidualBlock(2 * channels, channels, time_channels)
        self.attention = nn.ModuleList(
            nn.TransformerDecoderLayer(channels, heads, 2 * channels, 0.0, norm_first=True, batch_first=True)
            for _ in range(3))
        self.downsample = nn.Conv2d(channels, channels, 3, stride=2, padding=1)
        self.upsample = nn.Conv2d(channels, channels, 3, padding=1)
        self.norm_out = nn.GroupNorm(GROUPS, channels)
        self.conv_out = nn.Conv2d(channels, LATENT, 3, padding=1)
        nn.init.normal_(self.position.weight, std=0.1)
        nn.init.zeros_(self.conv_out.weight)

    def attend(self, layer: int, x: torch.Tensor, text: torch.Tensor, padding: torch.Tensor) -> torch.Tensor:
        places = self.attention[layer](x.flatten(2).transpose(1, 2), text, memory_key_padding_mask=padding)
        return places.transpose(1, 2).reshape(x.shape)

    def forward(self, z: torch.Tensor, t: torch.Tensor, text: torch.Tensor, padding: torch.Tensor) -> torch.Tensor:
        time = silu(self.time2(silu(self.time1(sinusoids(t, self.time1.in_features)))))
        x = self.conv_in(z)
        x = x + self.position.weight.T.reshape(1, -1, 8, 8)
        wide = self.attend(0, self.down(x, time), text, padding)
        x = self.attend(1, self.middle(self.downsample(wide), time), text, padding)
        x = self.upsample(interpolate(x, scale_factor=2))
        x = self.attend(2, self.up(torch.cat([x, wide], 1), time), text, padding)
        return self.conv_out(silu(self.norm_out(x)))


class LatentDiffusion(nn.Module):
    def __init__(self, vocab_size: int, channels: int, heads: int, text_layers: int, latent_scale: float):
        super().__init__()
        self.encoder, self.decoder = Encoder(), Decoder()
        self.text = TextEncoder(vocab_size, channels, heads, text_layers)
        self.unet = UNet(channels, heads)
        self.latent_scale = latent_scale

    def denoising_loss(self, latents, t, noise, words, padding):
        """Mean squared error of the predicted velocity; `latents` are scaled, `t` (N) runs from 0 to STEPS - 1."""
        alpha, sigma = (part[:, None, None, None] for part in schedule(t))
        predicted = self.unet(alpha * latents + sigma * noise, t, self.text(words, padding), padding)
        return mse_loss(predicted, alpha * noise - sigma * latents)

    @torch.no_grad()
    def draw(self, words, padding, steps: int = 20, guidance: float = 3.0, generator=None) -> torch.Tensor:
        """Pictures (N, 3, 32, 32) of captions, by DDIM (Song et al. 2021) from pure noise."""
        count = len(words)
        z = torch.randn(count, LATENT, 8, 8, generator=generator)
        empty, unpadded = torch.full((1, 1), END), torch.zeros(1, 1, dtype=torch.bool)
        with_text, without = self.text(words, padding), self.text(empty, unpadded).expand(count, -1, -1)
        times = [STEPS - 1 - STEPS * step // steps for step in range(steps)]
        for t, after in zip(times, times[1:] + [None]):
            at = torch.full((count,), t)
            asked = self.unet(z, at, with_text, padding)
            unasked = self.unet(z, at, without, unpadded.expand(count, -1))
            v = unasked + guidance * (asked - unasked)
            alpha, sigma = (part.item() for part in schedule(torch.tensor(t)))
            clean, noise = alpha * z - sigma * v, sigma * z + alpha * v
            alpha, sigma = (part.item() for part in schedule(torch.tensor(after))) if after is not None else (1.0, 0.0)
            z = alpha * clean + sigma * noise
        return self.decoder(z / self.latent_scale)


def sinusoids(t: torch.Tensor, channels: int) -> torch.Tensor:
    """Times (N) as (N, C): sines, then cosines, of C/2 frequencies from 1 down to 1/10000."""
    half = channels // 2
    frequencies = torch.exp(-math.log(10000.0) / half * torch.arange(half))
    angles = t[:, None].float() * frequencies
    return torch.cat([angles.sin(), angles.cos()], 1)


def schedule(t: torch.Tensor):
    """How much of the picture, and of the noise, is in a latent at a time: cosine and sine."""
    angle = (t.float() + 1) / (STEPS + 1) * (math.pi / 2)
    return angle.cos(), angle.sin()


def words_of(captions: list[tuple[int, str]], numbers: dict[str, int]):
    """Captions with their language as words (B, S), and where there is only padding (B, S); an empty one is END alone."""
    rows = [[language] + [numbers[word] for word in caption.split()] if caption else [END]
            for language, caption in captions]
    longest = max(len(row) for row in rows)
    words = torch.tensor([row + [END] * (longest - len(row)) for row in rows])
    padding = torch.tensor([[False] * len(row) + [True] * (longest - len(row)) for row in rows])
    return words, padding


def held_out(caption: str) -> bool:
    return zlib.crc32(caption.encode()) % HELD_OUT == 0


def learn(parameters, loss_of_step, args, save) -> None:
    """AdamW with a rate that warms up over 200 steps and falls to zero at the end of the time; averages the weights."""
    optimizer = torch.optim.AdamW(parameters, lr=args.lr, weight_decay=0.01, betas=(0.9, 0.99))
    average = [p.detach().clone() for p in parameters]
    started, saved, shown, losses = time.time(), time.time(), time.time(), []
    step = 0
    while (spent := (time.time() - started) / 60 / args.minutes) < 1:
        step += 1
        for group in optimizer.param_groups:
            group["lr"] = args.lr * min(1, step / 200) * min(1, (1 - spent) / 0.4)
        loss = loss_of_step()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        decay = min(0.999, step / (step + 10))
        with torch.no_grad():
            for kept, now in zip(average, parameters):
                kept.lerp_(now, 1 - decay)
        losses.append(loss.item())
        if time.time() - shown > 60:
            print(f"step {step} loss {sum(losses) / len(losses):.5f} {spent * args.minutes:.1f} min", flush=True)
            shown, losses = time.time(), []
        if time.time() - saved > 600:
            save(average)
            saved = time.time()
    save(average)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", choices=["autoencoder", "unet"])
    parser.add_argument("--train", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--init", type=Path, help="weights to go on from")
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    pictures, captions = read(args.train)
    chosen = [index for index, pair in enumerate(captions) if not held_out(pair[1])]
    vocabulary = SPECIAL + sorted({word for pair in captions for caption in pair for word in caption.split()})
    numbers = {word: number for number, word in enumerate(vocabulary)}
    args.out.mkdir(parents=True, exist_ok=True)
    config = CONFIG | {"vocab_size": len(vocabulary)}
    if (args.out / "config.json").exists():
        config = json.loads((args.out / "config.json").read_text())
        config.pop("model_type")
    model = LatentDiffusion(**config)
    weights = args.init or args.out / "model.safetensors"
    if weights.exists():
        model.load_state_dict(load_file(weights), strict=False)

    def save(learned, average):
        with torch.no_grad():
            backup = [p.clone() for p in learned]
            for p, mean in zip(learned, average):
                p.copy_(mean)
        save_file({name: value.contiguous() for name, value in model.state_dict().items()}, args.out / "model.safetensors")
        (args.out / "config.json").write_text(json.dumps({"model_type": "latent_diffusion"} | config) + "\n")
        (args.out / "tokenizer.json").write_text(
            json.dumps({"type": "captions", "words": vocabulary}, ensure_ascii=False) + "\n", encoding="utf-8")
        with torch.no_grad():
            for p, own in zip(learned, backup):
                p.copy_(own)

    if args.part == "autoencoder":
        learned = [*model.encoder.parameters(), *model.decoder.parameters()]

        def autoencoding():
            x = scaled(pictures[torch.tensor(chosen)[torch.randint(len(chosen), (args.batch,))]])
            z = model.encoder(x)
            # Keeps latents near a unit Gaussian, as the KL term of a variational autoencoder with fixed variance does.
            return mse_loss(model.decoder(z + LATENT_NOISE * torch.randn_like(z)), x) + 1e-4 * z.square().mean()

        def save_autoencoder(average):
            save(learned, average)
            with torch.no_grad():
                z = model.encoder(scaled(pictures[:1000]))
                config["latent_scale"] = round(1 / z.std().item(), 4)
                error = mse_loss(model.decoder(z).clamp(-1, 1), scaled(pictures[:1000])).item()
            print(f"scale {config['latent_scale']}, mean squared error {error:.5f}", flush=True)
            save(learned, average)

        learn(learned, autoencoding, args, save_autoencoder)
        return

    with torch.no_grad():
        latents = torch.cat([model.encoder(scaled(pictures[first : first + 500])) for first in range(0, len(pictures), 500)])
        latents *= model.latent_scale
    learned = [*model.text.parameters(), *model.unet.parameters()]

    def denoising():
        batch = [chosen[index] for index in torch.randint(len(chosen), (args.batch,)).tolist()]
        # English and German alternate. Captions have nearly equal lengths, so sorting by length would gain nothing.
        asked = [(GERMAN, captions[index][0]) if place % 2 else (ENGLISH, captions[index][1])
                 for place, index in enumerate(batch)]
        drop = (torch.rand(args.batch) < EMPTY).tolist()
        words, padding = words_of([(language, "" if empty else caption)
                                   for empty, (language, caption) in zip(drop, asked)], numbers)
        clean = latents[batch]
        t = torch.randint(STEPS, (args.batch,))
        return model.denoising_loss(clean, t, torch.randn_like(clean), words, padding)

    learn(learned, denoising, args, lambda average: save(learned, average))


if __name__ == "__main__":
    main()
