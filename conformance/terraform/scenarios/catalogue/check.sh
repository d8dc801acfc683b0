# Only data sources: nothing to change, import or delete.
