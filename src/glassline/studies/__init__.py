"""Labelled photos in, a result out: scores, comparisons, guarantees, repeatability.

A study is one function, its result a value with `as_json`; `text.lines(result, lang)`
beside it is what a terminal shows. Another language than "en" and "zh-TW" is an
InputError.
"""
