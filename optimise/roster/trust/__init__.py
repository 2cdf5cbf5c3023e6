"""What a trust must show of a roster: hours accounts, figures of the roster, red flags, and a list to approve it by."""
