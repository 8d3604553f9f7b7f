"""What a reader of a document sees: one definition for each medium, applied before anything is read.

A document is changed into one that holds what is seen and nothing else: hidden, struck and deleted text, note marks
and instructions go, form fields and equations become text. Where it cannot be told, a mark stands in the place.
"""
