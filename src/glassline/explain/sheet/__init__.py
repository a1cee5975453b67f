"""The worked sum of one part, as data: givens, steps, scaling, decision.

`WorkedSum.of` works it with the head's own arithmetic, so that it shows what was done
and is no retelling. A figure is a matrix with its symbol and formula; nothing here
knows a language or a page.
"""
