"""Datasets as other programs write them.

`documents` reads JSON and XML of labelling programs as tables, `mvtec` its folders;
`writing` writes each of them.
"""
