"""What everyone stands on: problem, method, result, errors, horizon, checkpoint, communicator."""
