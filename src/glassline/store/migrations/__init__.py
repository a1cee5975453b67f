"""The schema of the records, one file a version; Alembic runs them in order."""
