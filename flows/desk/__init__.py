"""The desk (业务台): the web pages by which people hand in, follow, decide and look.

One more door to the ledger, in the receiver's process. It holds no state of its own: whatever it knows is in the
ledger or in S3, or in the signed cookie of the visitor.
"""
