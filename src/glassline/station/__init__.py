"""The station: a service for machines, and pages for people."""
