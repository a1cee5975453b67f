"""What every face shares: words in both languages, layout of text, numbers, units.

`words` is the only place of sentences that people read; `layout` sets them in 80 columns,
Chinese included; `numbers` prints as few decimals as say a value exactly, and no lying 0.
"""
