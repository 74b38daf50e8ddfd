"""`./moussem simulate`: a whole fair played against a running rehearsal, over HTTP only, as people would.

`population` says who there is and what they mean to do; `play` lets them do it; `books` keep what was acknowledged;
`checks` compare the books with what the services say at the end. Nothing here looks into a database.
"""
