"""The sheet in words: its blocks, each a title, figures or a table, and a remark.

`Wording` has the names and sentences of one worked sum in one language, `blocks` puts
them in order. A face only sets them: what two faces should say alike stands here.
"""
