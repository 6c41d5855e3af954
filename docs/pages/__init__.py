"""The generated pages of the manual, one module a page: ``pages(language)`` gives names and MyST texts."""
