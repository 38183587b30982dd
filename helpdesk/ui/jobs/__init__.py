"""Changing everything that a filter of the queue selects, and watching the job that does it.

The queue shows `offer` in the bar of the selected tickets and `dialogs` behind its page.
"""
