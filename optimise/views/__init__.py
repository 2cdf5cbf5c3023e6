"""What people ask of a plan: cover, fairness, requests, occupancy, theatre use. Plain values, no pictures."""
