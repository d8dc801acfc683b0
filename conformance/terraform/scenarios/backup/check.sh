fails="no results were found"
