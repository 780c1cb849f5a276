DOLLAR_REACH = 300
"""Characters of the longest formula between single dollars: two prices in one paragraph are none."""
