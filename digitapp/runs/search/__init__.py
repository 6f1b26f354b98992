"""The search for settings: studies of many short trainings, worked on by as many processes and machines as one likes.

Optuna, an optional extra, draws the settings, keeps the trials and says which to give up; nothing of it is imported
before a storage is opened. What a study is (`spec`), what is searched (`space`) and how it stands (`state`) are plain
values that know nothing of it, so that the window can show them without it.
"""
