"""Optical character recognition: what a picture says, by an engine that knows nothing of a file's characters."""
