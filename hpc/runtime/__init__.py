"""What the parallel methods share: ranks, owners, timers, checkpoints."""
