"""The socket for tables: CSV and XLSX become one header and a stream of rows with their line numbers."""
