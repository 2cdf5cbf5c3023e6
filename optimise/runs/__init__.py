"""What a run leaves on disk: result, plans, trace."""
