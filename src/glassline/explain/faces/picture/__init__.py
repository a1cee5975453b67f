"""Evidence drawn over the photo: as SVG and as PNG."""
