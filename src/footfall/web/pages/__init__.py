"""The pages; a module here states TITLE, PATH, PLACE, TEMPLATE and ``data``: see ``web.page.Page``."""
