"""From who is in the emergency department now to the beds that will be needed and free, hour by hour."""
