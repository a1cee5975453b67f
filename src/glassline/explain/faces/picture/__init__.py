"""Evidence drawn over the photo, a face each: `svg.face` and `png.face`.

`layout` says where everything goes and what the legend says, `marking` how a mark is
drawn, `scene` what a picture consists of; the two faces only write it.
"""
