"""Writes the PyTorch goldens of what pictures and GANs are made of: see generate.py for the files' form.

    python tests/golden/generate_pictures.py OUTDIR
"""

import argparse
from pathlib import Path

import torch
from generate import Case
from liedwerk_torch.captioner import UNSCORED, Captioner
from liedwerk_torch.latent_diffusion import LATENT, LatentDiffusion
from torch import nn


def conv2d() -> Case:
    case = Case("conv2d", stride=2, padding=1, groups=2)
    module = nn.Conv2d(4, 6, 3, stride=2, padding=1, groups=2)
    case.parameters(module)
    case.outputs(y=module(case.input("x", 3, 4, 9, 7)))
    return case


def group_norm() -> Case:
    case = Case("group_norm", groups=2, eps=1e-5)
    module = nn.GroupNorm(2, 6)
    case.parameters(module)
    case.outputs(y=nn.functional.silu(module(case.input("x", 2, 6, 5, 4))))
    return case


def pool2d() -> Case:
    case = Case("pool2d", kernel=3, stride=2, padding=1, scale=2, slope=0.2)
    x = case.input("x", 2, 3, 7, 6)
    case.outputs(
        average=nn.functional.avg_pool2d(x, 3, 2, 1),
        largest=nn.functional.max_pool2d(x, 3, 2, 1),
        nearest=nn.functional.leaky_relu(nn.functional.interpolate(x, scale_factor=2, mode="nearest"), 0.2),
    )
    return case


def gan() -> Case:
    """Five steps of both networks in turn: ten losses."""
    options = {"hidden": 16, "layers": 3, "batch": 32, "generator_lr": 5e-4, "discriminator_lr": 1e-3,
               "betas": (0.5, 0.9)}
    case = Case("gan", **options)

    def network(outputs: int) -> nn.Sequential:
        widths = [2] + [16] * 3
        hidden = [part for pair in zip(widths, widths[1:]) for part in (nn.Linear(*pair), nn.LeakyReLU(0.2))]
        return nn.Sequential(*hidden, nn.Linear(16, outputs))

    generator, discriminator = network(2), network(1)
    for name, module in (("generator", generator), ("discriminator", discriminator)):
        for parameter_name, parameter in module.named_parameters():
            case.put(f"{name}.{parameter_name}", parameter)
    adam = {"betas": options["betas"], "foreach": False}
    of_generator = torch.optim.Adam(generator.parameters(), options["generator_lr"], **adam)
    of_discriminator = torch.optim.Adam(discriminator.parameters(), options["discriminator_lr"], **adam)
    real, noise = torch.rand(5, 32, 2), 2 * torch.rand(10, 32, 2) - 1
    case.put("in.real", real)
    case.put("in.noise", noise)
    bce, losses = nn.functional.binary_cross_entropy_with_logits, []
    for step in range(5):
        both = torch.cat([real[step], generator(noise[2 * step]).detach()])
        loss = bce(discriminator(both), torch.cat([torch.ones(32, 1), torch.zeros(32, 1)]))
        of_discriminator.zero_grad()
        loss.backward()
        of_discriminator.step()
        losses.append(loss.detach())
        loss = bce(discriminator(generator(noise[2 * step + 1])), torch.ones(32, 1))
        of_generator.zero_grad()
        loss.backward()
        of_generator.step()
        losses.append(loss.detach())
    case.put("out.losses", torch.stack(losses))
    return case


def style() -> Case:
    """Ten steps of Adam on a picture that is to have a content and, at two scales, a style's Gram matrices."""
    lr, betas, content_weight = 0.05, (0.9, 0.99), 0.05
    case = Case("style", lr=lr, betas=betas, content_weight=content_weight)
    picture, content, painting = (torch.rand(1, 3, 16, 16) for _ in range(3))
    filters = [(torch.randn(6, 3, 5, 5), torch.randn(6)) for _ in range(2)]
    for name, value in (("picture", picture), ("content", content), ("style", painting)):
        case.put(f"in.{name}", value)
    for scale, (weight, bias) in enumerate(filters):
        case.put(f"param.{scale}.weight", weight)
        case.put(f"param.{scale}.bias", bias)
    mean = painting.mean((2, 3), keepdim=True)
    case.put("param.mean", mean.view(3, 1, 1))

    def halved(x: torch.Tensor) -> torch.Tensor:
        return nn.functional.avg_pool2d(x, 4, 2, 1, count_include_pad=False)

    def grams(x: torch.Tensor) -> list[torch.Tensor]:
        x, found = x - mean, []
        for weight, bias in filters:
            features = nn.functional.conv2d(x, weight, bias, padding=2).relu()[0].flatten(1)
            found.append(features @ features.T / features.shape[1])
            x = halved(x)
        return found

    picture.requires_grad_()
    optimizer = torch.optim.Adam([picture], lr, betas, foreach=False)
    target, losses = halved(content), []
    for step in range(10):
        pairs = zip(grams(picture), grams(painting))
        style_loss = sum((found - wanted).square().sum() / wanted.square().sum() for found, wanted in pairs)
        spread = (target - target.mean()).square().sum()
        content_loss = (halved(picture) - target).square().sum() / spread
        loss = style_loss + content_weight * content_loss
        optimizer.zero_grad()
        loss.backward()
        if step == 0:
            case.put("grad.in.picture", picture.grad)
        optimizer.step()
        with torch.no_grad():
            picture.clamp_(0, 1)
        losses.append(torch.stack([style_loss, content_loss]).detach())
    case.put("out.losses", torch.stack(losses))
    return case


def captioner() -> Case:
    """Ten steps on one batch, one caption shorter than the other: losses, and logits and gradients of step 1."""
    sizes = {"vocab_size": 11, "channels": [4, 6, 8], "embedding_size": 5, "hidden_size": 7, "attention_size": 6}
    options = {"lr": 3e-3, "weight_decay": 0.01, "betas": (0.9, 0.99), "eps": 1e-8}
    case = Case("captioner", **sizes, **options)
    model = Captioner(**sizes)
    for name, parameter in model.named_parameters():
        case.put("param." + name, parameter)
    pictures = 2 * torch.rand(2, 3, 32, 32) - 1
    words, targets = torch.randint(0, 11, (2, 5)), torch.randint(0, 11, (2, 5))
    case.put("in.pictures", pictures)
    case.put("in.words", words.int())
    case.put("in.targets", targets.int())
    targets[1, 3:] = UNSCORED
    optimizer = torch.optim.AdamW(model.parameters(), foreach=False, **options)
    losses = []
    for step in range(10):
        logits = model(pictures, words)
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=UNSCORED)
        optimizer.zero_grad()
        loss.backward()
        if step == 0:
            case.put("out.logits", logits)
            for name, parameter in model.named_parameters():
                case.put("grad.param." + name, parameter.grad)
        optimizer.step()
        losses.append(loss.detach())
    case.put("out.losses", torch.stack(losses))
    return case


@torch.no_grad()
def fill(model: nn.Module) -> None:
    """Values that anybody can compute, so that the autoencoder's, whose sizes are fixed, need not be stored."""
    for name, parameter in model.named_parameters():
        count = torch.arange(parameter.numel()) + sum(name.encode())
        value = (count * 40503 % 65536).float() / 32768 - 1
        is_gain = "norm" in name and name.endswith("weight")
        inputs = parameter[0].numel()
        value = 1 + 0.1 * value if is_gain else 0.1 * value if parameter.dim() == 1 else 1.7 * value / inputs**0.5
        parameter.copy_(value.view(parameter.shape))


def ten_losses(parts: list[nn.Module], loss_of_step) -> torch.Tensor:
    parameters = [parameter for part in parts for parameter in part.parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=1e-3, weight_decay=0.01, betas=(0.9, 0.99), foreach=False)
    losses = []
    for step in range(10):
        loss = loss_of_step(step)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    return torch.stack(losses)


def latent_diffusion() -> Case:
    """Every part forward, a drawing in three steps, and ten losses of both trainings; one caption shorter than the other."""
    sizes = {"vocab_size": 11, "channels": 16, "heads": 2, "text_layers": 2, "latent_scale": 1.5}
    case = Case("latent_diffusion", **sizes)
    model = LatentDiffusion(**sizes)
    fill(model)
    pictures, latents = 2 * torch.rand(2, 3, 32, 32) - 1, torch.randn(2, LATENT, 8, 8)
    words = torch.tensor([[1, 5, 3, 8, 10], [2, 4, 9, 0, 0]])
    padding = torch.tensor([[False] * 5, [False] * 3 + [True] * 2])
    times = torch.tensor([3, 700])
    latent_noise, noise = 0.1 * torch.randn(10, 2, LATENT, 8, 8), torch.randn(10, 2, LATENT, 8, 8)
    case.put("in.pictures", pictures)
    case.put("in.latents", latents)
    # Tensors of the crate have at most four dimensions.
    case.put("in.latent_noise", latent_noise.flatten(1, 2))
    case.put("in.noise", noise.flatten(1, 2))
    with torch.no_grad():
        case.put("out.encoded", model.encoder(pictures))
        case.put("out.decoded", model.decoder(latents))
        text = model.text(words, padding)
        case.put("out.text_long", text[0])
        case.put("out.text_short", text[1, :3])
        case.put("out.velocity", model.unet(latents, times, text, padding))
        generator = torch.Generator()
        case.put("in.start", torch.randn(1, LATENT, 8, 8, generator=generator.manual_seed(7)))
        drawn = model.draw(words[:1], padding[:1], 3, 2.5, generator.manual_seed(7))
        case.put("out.drawn", drawn)

    def autoencoding(step: int) -> torch.Tensor:
        z = model.encoder(pictures)
        return nn.functional.mse_loss(model.decoder(z + latent_noise[step]), pictures) + 1e-4 * z.square().mean()

    case.put("out.autoencoding", ten_losses([model.encoder, model.decoder], autoencoding))
    fill(model)

    def denoising(step: int) -> torch.Tensor:
        return model.denoising_loss(latents, times + 10 * step, noise[step], words, padding)

    case.put("out.denoising", ten_losses([model.text, model.unet], denoising))
    return case


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("outdir", type=Path)
    out = parser.parse_args().outdir
    out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    for case in (conv2d, group_norm, pool2d, gan, style, captioner, latent_diffusion):
        case().write(out)


if __name__ == "__main__":
    main()
