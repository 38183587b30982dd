"""Parity of browser and API: the same act through a handler and through a route, on two copies of one company.

`acts` says what an act is and does it by either door, `company` makes the company and its copy and reads what an act
left in them, `checks` compares; the other modules are the tables of acts, one per place in the product.
"""
