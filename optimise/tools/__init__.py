"""Tools beside a solve: doctor, estimate, precompile, figure."""
