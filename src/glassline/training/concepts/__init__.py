"""Concepts: four readings learnt from a backbone, and how far they can be believed."""

from glassline.training.concepts.figures import Figures, assess
from glassline.training.concepts.layer import (
    Concepts,
    Layer,
    Probe,
    fit_concepts,
    fit_probe,
)
from glassline.training.concepts.material import Material

__all__ = [
    "Concepts",
    "Figures",
    "Layer",
    "Material",
    "Probe",
    "assess",
    "fit_concepts",
    "fit_probe",
]
