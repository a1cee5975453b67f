"""Evidence drawn over the photo, a face each: `svg.face` and `png.face`.

`layout` says where everything goes and what the legend says, `scene` what a picture
consists of and how a mark is drawn; the two faces only write it.
"""
