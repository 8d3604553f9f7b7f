"""What runs the steps: Prefect flows, the receiver, the services of one machine, and the command line."""
