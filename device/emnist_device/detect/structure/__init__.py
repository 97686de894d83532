"""What is printed on a page for writing to go into: rules, and boxes, combs and tables of them."""
