"""The demo company: a deterministic generator of two living years, with its ground truth written beside it.

It acts only through the same verbs as people do; nothing in the product knows that it exists.
"""
