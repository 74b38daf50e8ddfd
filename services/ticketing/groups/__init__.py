"""Groups at the desk and on their own pages: seats held for a badge's owner, names from a list, seats given back."""
