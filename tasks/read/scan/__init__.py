"""Pictures of pages and of tables, read as a person reads them: straightened, cleaned, their ruling found, their cells
recognised. What comes out are the same grids and lines as of any other document.
"""
