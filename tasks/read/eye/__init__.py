"""The eye: what a person sees in the boxes of a PDF's figures and in its title, held against what was read.

Both readings take the characters that the file names, so they agree on whatever it lies about: a font whose ToUnicode
table says 3 for what is drawn as 8, a picture laid over a digit, a layer that is not shown. The eye takes none: it
renders the page as a viewer does and recognises pictures. All that it is told is where to look and what was read there.
"""
