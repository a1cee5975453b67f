"""`python -m glassline` is `glassline`."""

from glassline.cli import main

main()
