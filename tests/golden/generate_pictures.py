"""Writes the PyTorch goldens of what pictures and GANs are made of: see generate.py for the files' form.

    python tests/golden/generate_pictures.py OUTDIR
"""

import argparse
from pathlib import Path

import torch
from generate import Case
from liedwerk_torch.captioner import UNSCORED, Captioner
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("outdir", type=Path)
    out = parser.parse_args().outdir
    out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    for case in (conv2d, group_norm, pool2d, gan, style, captioner):
        case().write(out)


if __name__ == "__main__":
    main()
