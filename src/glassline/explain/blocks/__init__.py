"""Blocks of the sheet: what stands beside the worked sum, each a table and a remark."""
