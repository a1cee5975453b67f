"""What people and programs see of a sheet, an explanation and its evidence."""
