"""Admission scheduling: a day and rooms for everybody, theatre sessions by specialty, stays that may be longer."""
