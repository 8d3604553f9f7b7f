"""The services of one machine: embedded S3, Prefect server, receiver and worker, watched by a supervisor."""
