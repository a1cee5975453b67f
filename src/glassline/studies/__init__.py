"""Labelled photos in, a result out: scores, comparisons, guarantees, repeatability."""
