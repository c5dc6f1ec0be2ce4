"""The 2007 API: parameters, method rows, the table, and the way from request to response."""
