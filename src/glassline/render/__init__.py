"""What every face shares: words in both languages, layout of text, numbers, units."""
