"""What is promised, held against references that share no code with what promises it.

`claims` is one line of the report; `exact` tries to contradict what is proved (mpmath,
plain Python, random search), `chances` simulates what is promised with a probability.
`make audit` runs them at full size and writes docs/results.md; the tests run a little of
each.
"""
