"""Imported by the fork server: what boto3 reads to make an S3 client, 30 MiB of it, is read once for all processes."""

from tasks.storage import load_models

load_models()
