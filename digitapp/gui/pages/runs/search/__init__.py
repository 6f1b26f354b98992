"""The Runs page's view of a search for settings: the study is set up, steered and looked at."""
