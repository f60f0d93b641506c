"""Text as people write it goes in: cells with magics, Python 2, blanks to fill in; what it is line by line comes out."""
