"""What a Python user meets everywhere: public names, checked arguments, short records.

`names` loads what `import glassline` offers on first use, `checked` refuses an argument
of a wrong type by name, `record` compares results entry by entry and prints them short.
"""
