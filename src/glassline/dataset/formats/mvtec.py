"""Folders as MVTec AD and anomalib have them: good parts to train on, defects to test."""

from __future__ import annotations

from pathlib import Path

from glassline.dataset.part import Part
from glassline.image import list_images

__all__ = ["GOOD", "SPLITS", "is_mvtec", "read_mvtec"]

GOOD = "good"
SPLITS = ("train", "test")


def is_mvtec(folder: Path) -> bool:
    """Whether a folder holds train/good, and test with a folder a class."""
    return (folder / "train" / GOOD).is_dir() and (folder / "test").is_dir()


def read_mvtec(folder: Path) -> tuple[Part, ...]:
    """Read the parts of both splits; a folder is a class, masks are left out.

    Source:
        P. Bergmann, M. Fauser, D. Sattlegger and C. Steger, MVTec AD, CVPR 2019: the
        layout of its folders, as anomalib reads it.
    """
    return tuple(
        Part(path, place.name, f"{split}/{place.name}", str(path), within=folder)
        for split in SPLITS
        for place in sorted((folder / split).iterdir())
        if place.is_dir()
        for path in list_images(place)
    )
