"""Reads iCalendar (RFC 5545) for the providers that get it: cut the text, expand each UID alone, make occurrences."""
