"""What tests stand on: real databases, a real queue, services in one process, and the runner."""
