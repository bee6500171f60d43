"""What stands in a table of results."""


def cells(section):
    table = section.table
    return [[table.item(row, column).text() for column in range(table.columnCount())]
            for row in range(table.rowCount())]
